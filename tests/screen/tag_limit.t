# Where the model stops reading: a mark below the line, under the last letter.
torch
run cp $ROOT/tests/screen/data/tiny.csv .
run ln -s $ROOT/tests/parity/bert_uncased base
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger feature add sbert --base base --max-length 40
do tiny.tiger quick train --features sbert
open tiny.tiger
keys F3 m Home Down Right Enter
has reads to here (40 tokens)
# what it predicts may differ in the last digits
keys :
type set prediction off
keys Enter
screen tag-limit
resize 50x20
screen tag-limit-narrow
resize 160x50
screen tag-limit-wide
# it scrolls with the text
resize 40x10
keys Space
screen tag-limit-small
resize 80x24
keys d Down Down Down Down Down Down Down Down
has ▸ limit
keys Space Esc
lacks reads to here
keys :
type set limit on
keys Enter
has reads to here
# what is short is read whole
keys 1
lacks reads to here
quit
locale C
open tiny.tiger
keys F3 :
type goto p001
keys Enter
screen tag-limit-ascii
