# Started with nothing: the list of projects.
open
screen projects-none
quit
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
do - new other --data tiny.csv --id id --text text
open
has 2 projects
has other
keys Down Enter
has [Project]
quit
open
keys a
type tiny.csv
keys Enter
has new project from tiny.csv
