# The real program on a pseudo-terminal: keys, sizes, ^Z, a line that drops.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
terminal 80x24
open tiny.tiger
has [Project]
keys F3 m Home Down Right Enter
has in file order
keys 1
has → neutral
# nothing is drawn again that did not change
bytes 20000
keys 2
has → oppose
bytes 1500
keys Esc
bytes 400
# typed ahead: each key is for the text that stands when its turn comes
send 1 1 1
keys s
has skipped
resize 120x40
has codebook
keys Down
resize 80x24
lacks codebook
# pasted text presses no keys
send Paste 3 3 3
keys PasteEnd
has pasted text
# ^Z and back, in another size
send ^Z
stopped
continue 60x20
has [Tag]
keys b
has gone back to
# the line drops: what was shown as saved is there
hangup
ended 0
open tiny.tiger
has in file order
# five keys were labels: 1, 2, and three that were typed ahead
keys F2
has neutral          8
has oppose           4
keys q
ended 0
open tiny.tiger
signal 15
ended 0
do tiny.tiger check
# a terminal that cannot move its cursor
env TERM dumb
open tiny.tiger
ended 1
