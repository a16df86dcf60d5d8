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
# none of these, gone back to
quit
do tiny.tiger scheme use themes
open tiny.tiger
keys F3 =
keys b
has none of these ✓
quit
# more labels than digits: keys and the picker toggle, and all are saved
do tiny.tiger label add "user interface" --scheme themes
do tiny.tiger label add daemon --scheme themes
do tiny.tiger label add library --scheme themes
do tiny.tiger label add "command line" --scheme themes
do tiny.tiger label add "graphics and design" --scheme themes
do tiny.tiger label add audio --scheme themes
do tiny.tiger label add video --scheme themes
do tiny.tiger label add networks --scheme themes
do tiny.tiger label add "a name that goes on and on and does not end here" --scheme themes
do tiny.tiger label key networks z --scheme themes
open tiny.tiger
keys F3
keys Enter
keys 0 z ;
type go
keys Enter
screen tag-multi-many
keys Enter
has → video + networks + a name that
keys b
has z [x] networks
resize 30x10
has ✓
screen tag-multi-small
resize 80x24
keys ;
type wo
keys Esc
keys ;
screen tag-multi-pick
