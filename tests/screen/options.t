# `set`: the sheet, values by name, what is kept where, what is wrong.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
run mkdir -p $HOME/.config/tagtiger; printf '# mine\nset theme dark\nset counts off\nset width x\nset nosuch on\nsett a b\n' > $HOME/.config/tagtiger/options.conf
open tiny.tiger
has ~/.config/tagtiger/options.conf:4: width is a number
keys :
type log
keys Enter
has options.conf:5: no option is called 'nosuch'
has options.conf:6: a line is: set NAME VALUE
keys q :
type set theme?
keys Enter
has theme is dark: colours for that background
keys :
type set theme purple
keys Enter
has theme is one of auto|dark|light|none, not 'purple'
keys :
type set width 10
keys Enter
has width is a number from 20 to 200 (columns), not '10'
keys :
type set wi
keys Tab
type 60
keys Enter
has width is 60 columns
keys :
type set theme l
keys Tab Enter
has theme is light
# its line alone was changed
run grep -q '^set theme light' $HOME/.config/tagtiger/options.conf
run grep -q '^# mine' $HOME/.config/tagtiger/options.conf
run test $(grep -c theme $HOME/.config/tagtiger/options.conf) = 1
# the file's value is what a project starts with
keys :
type set counts?
keys Enter
has counts is off
keys F3 m Home Down Right Enter
keys :
type set
keys Enter
screen options-sheet
keys Down Down Right End
has ▸ escape
type 400
keys Enter
has 400
keys 9 9 9 9 9 Enter
has escape is a number from 0 to 2000
keys Esc Esc
resize 160x50
keys :
type set
keys Enter
screen options-sheet-wide
keys Esc
resize 80x24
keys d
lacks theme
has counts       on
keys q q
quit
# the project keeps what is the project's, whatever the file says
run rm $HOME/.config/tagtiger/options.conf
open tiny.tiger
keys :
type set counts?
keys Enter
has counts is on
keys :
type set width?
keys Enter
has width is 60
keys :
type set theme?
keys Enter
has theme is auto
# lines, bars and arrows in ASCII
keys F3
has in file order
keys :
type set borders ascii
keys Enter
screen options-ascii
run grep -q "^set borders ascii" $HOME/.config/tagtiger/options.conf
