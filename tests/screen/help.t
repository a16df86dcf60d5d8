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
