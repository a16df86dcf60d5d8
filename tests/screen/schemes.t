# Project: schemes, people, and the labels' acts that touch annotations.
run cp $ROOT/tests/screen/data/tiny.csv .
run printf 'id,stance,who\np001,oppose,bob\np002,neutral,bob\np003,oppose,bob\np004,neutral,bob\np005,support,carol\np006,oppose,carol\n' >more.csv
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger import annotations more.csv --id id --label stance --annotator who
do tiny.tiger scheme add topics --kind multilabel
do tiny.tiger label add energy --scheme topics
open tiny.tiger
keys 3
screen schemes
keys Down r ^U
type stance
has stance exists: schemes are not merged
keys ^U
type themes
keys Enter
has themes
keys D
screen schemes-delete
type topics
keys Enter
has type themes to delete it
keys ^U
type themes
keys Enter
lacks   themes  
keys u
has themes
keys y
has scheme copy
has old
keys q
keys Down Enter
has * themes
keys Up Enter
has * stance
# people
keys 5
screen people
keys Down Enter
has user:bob
screen people-acts
# labels: split, with what it would do
keys 2
screen labels-people
keys Down x
screen labels-split-form
keys Down Enter
type later
keys Enter
keys Down Enter
type coal|gas
keys Enter
screen labels-split-effect
keys s
has later
keys u
lacks   later  
keys g r
screen labels-rename-people
type oppose
screen labels-merge-people
keys Esc e
type takes no side
keys Enter
has takes no side
keys c
screen labels-colour
type nonsense
keys Enter
has nonsense is no colour
keys ^U
type teal
keys Enter
has neutral: teal
keys 0
screen commands
type label desc
keys Enter
has label describe
quit
size 160x50
open tiny.tiger
keys 3
screen schemes-wide
keys 5
screen people-wide
keys 2
screen labels-wide
quit
locale C
size 80x24
open tiny.tiger
keys 3
screen schemes-ascii
keys 5
screen people-ascii
keys 2
screen labels-ascii
