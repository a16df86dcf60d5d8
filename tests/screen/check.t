# --check: what an import would do, on the screen, though it would be refused.
run printf 'id,text\n900,seven\np005,again\n' >more.csv
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance
open tiny.tiger
type :import texts more.csv --id id --text text --check
keys Enter
screen check
keys Esc
type :import texts more.csv --id id --text text --bad-rows drop --check
keys Enter
has 1 of 2 rows would be in the train set
has nothing was written
keys Esc
quit
size 160x50
locale C
open tiny.tiger
type :import texts more.csv --id id --text text --check
keys Enter
screen check-wide
keys Esc
quit
