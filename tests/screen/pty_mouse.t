# The mouse of a real terminal: asked for while it is on and never else, and
# given back whenever the terminal is.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
terminal 80x24
env TERM xterm-256color
open tiny.tiger
mouse off
keys F3 m Home Down Right Enter
has in file order
keys :
type set mouse on
keys Enter
has mouse is on
mouse on
click 0 8
has [Project]
click 0 17
has [Tag]
click 18 3
has #p001 → neutral
click 19 3 twice
has #p003 → oppose
has #p005
keys k
wheel 20 3 down
keys k
send ^Z
stopped
mouse off
continue 80x24
has [Tag]
mouse on
keys :
type set mouse off
keys Enter
mouse off
keys :
type set mouse on
keys Enter
has mouse is on
mouse on
keys q
ended 0
# it holds in the next project
open tiny.tiger
mouse on
signal 15
ended 0
