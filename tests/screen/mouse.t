# The mouse: every zone does what its key does.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
# off until it is asked for
click 0 17
lacks [Tag]
keys :
type set mouse on
keys Enter
has mouse is on
# a tab, a page's tab
click 0 17
has [Tag]
keys m Home Down Right Enter
has in file order
click 0 8
has [Project]
click 1 16
has what it means
# rows: a click goes there, two are Enter
click 7 5
has ▸ 2
click 6 5 twice
has Rename neutral
# under a prompt the rest waits
click 0 17
click 7 5
has Rename neutral
keys Esc
has ▸ 1
wheel 6 5 down
has ▸ 3
wheel 6 5 up
has ▸ 1
# a key on the bottom line
click 23 3
has label
keys Esc F3
has #p001
# a label is its key
click 18 3
has #p001 → neutral
# and a second click is not a second label
click 19 3 twice
has #p003 → oppose
# the picker
keys ;
screen mouse-picker
click 21 5
has ▸ oppose
click 21 5 twice
has → oppose
# the sheet of options: two clicks are Enter
keys d
click 9 5 twice
keys Esc
lacks Le Monde
# help
keys ?
click 6 5
keys Esc
# the confusion matrix has cells: see scores.t
keys :
type set mouse off
keys Enter
click 0 8
has [Tag]
