# The : prompt: completion, history, errors, answers.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys :
type lab
keys Tab
screen prompt-complete
type ren
keys Tab
type opp
keys Tab
has label rename oppose
type against
keys Enter
has against
keys :
keys Up
has label rename oppose against
keys Esc
keys :
type lable list
keys Enter
has did you mean
keys :
type label list
keys Enter
has against
keys q
keys :
type view tag
keys Enter
has [Tag]
keys :
type goto p005
keys Enter
screen tag-wide-signs
keys :
type set nothing
keys Enter
has no option is called
keys :
type set width 40
keys Enter
has width is 40
keys :
type help
keys Enter
has commands
keys q :
type log
keys Enter
has width is 40
# history: what begins as typed
keys q :
type label
keys Up
has :label list
keys Up
has :label rename oppose against
keys Up
has :label rename oppose against
keys Down
has :label list
keys Down Esc
# round the candidates both ways
keys :
type set 
keys Space Tab Tab
has ▸ context
keys S-Tab
has ▸ escape
keys Tab
has ▸ context
keys Esc
# views have names too
keys :
type view ju
keys Tab
has :view ju
keys Esc
