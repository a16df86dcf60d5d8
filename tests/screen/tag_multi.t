# Tag in a multi-label scheme: keys toggle, Enter saves.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger scheme add themes --kind multilabel
do tiny.tiger label add money --scheme themes
do tiny.tiger label add nature --scheme themes
do tiny.tiger label add "far future" --scheme themes
do tiny.tiger scheme use themes
open tiny.tiger
keys F3
keys m Home Down Right Enter
keys 1 3
screen tag-multi
keys Enter
has → money + far future
keys Enter
has no label is chosen
keys =
has → none
keys b b
has [x] money
keys 1 Enter
has → far future
# another scheme
keys w
type st
keys Enter
has stance · 
lacks [ ]
