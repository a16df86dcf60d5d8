# Started with nothing: the list of projects.
open
screen projects-none
quit
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance
do - new other --data tiny.csv --id id --text text
run printf 'not a project' >broken.tiger
open
has 3 projects
has cannot be read
has ▸ other
keys D
has is removed for good
type tiny
keys Enter
has type other to delete it
keys ^U
type other
keys Enter
has 2 projects
has is deleted
run test ! -e other.tiger
has ▸ tiny
keys Enter
has [Project]
quit
size 160x50
open
has texts
has 60
has 15
keys a
type tiny.csv
keys Enter
has new project from tiny.csv
quit
size 80x24
locale C
open
has 2 projects
has > tiny
