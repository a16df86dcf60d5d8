# Sizes, a wide screen, and terminals with ASCII alone.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
run cp $ROOT/tests/screen/data/codebook.md .
do tiny.tiger codebook set codebook.md
size 160x50
open tiny.tiger
screen overview-wide
keys F3
keys m Home Down Right Enter
screen tag-wide
resize 80x24
has [Tag]
resize 60x14
screen tag-small
resize 24x6
screen tag-tiny
resize 19x4
has too small
resize 80x24
has [Tag]
quit
locale C
size 80x24
open tiny.tiger
keys F2
screen overview-ascii
keys F3 :
type goto p005
keys Enter
screen tag-ascii
