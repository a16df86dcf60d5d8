# Key help: all that works in Tag, from the live keymap.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
size 100x70
open tiny.tiger
keys F3 ?
screen help-tag
type undo
screen help-narrow
keys Esc
keys F2 ?
has everywhere
keys Esc
# what the numbers mean: those under the cursor come first, all can be sought
size 80x24
quit
open tiny.tiger
keys 2 ?
screen help-numbers
type f1
screen help-f1
keys Esc ?
type krippendorff
has corrected for chance
lacks F1
keys Esc
quit
locale C
open tiny.tiger
keys 2 ?
screen help-numbers-ascii
