# Tag: one key is one decision, and what it did is told.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F3
# in file order, so that it is the same each time
keys m Home Down Right Enter
screen tag
# a label's key saves and draws the next
keys 1
has → neutral
keys s
has skipped
# back: the label is marked; another one replaces it, and one is where one was
keys b
has gone back to
keys b
has gone back to
has 1✓neutral
keys 2
has → oppose
lacks gone back to
keys u
has undone
keys ^R
has redone
# repeat, untag, flag, comment
keys .
has → oppose
keys b
has 2✓oppose
keys Backspace
lacks 2✓oppose
keys f
has flagged
keys f
lacks flagged
keys c
type to be discussed
screen tag-comment
keys Enter
has the comment goes with the next label
keys 3
has with the comment
keys =
has multi-label
keys p
has there is no prediction
# the picker narrows
keys ;
type ne
screen tag-pick
keys Enter
has → neutral
keys x
has x does nothing here
# AZERTY's unshifted digit row, where it is asked for
keys &
has & does nothing here
keys :
type set azerty on
keys Enter
keys é
has → oppose
styles tag
