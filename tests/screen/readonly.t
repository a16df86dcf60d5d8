# A project that can only be read: it opens so, says why, shows all, and takes
# no act.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance
readonly on
open tiny.tiger
screen readonly-project
keys F4
has [RO]
keys !
has does nothing here
keys 1
has read-only file system: open for reading only
keys F3
screen readonly-tag
keys :
type label add another
keys Enter
has read-only file system: label add would change it
keys :
type export annotations --out out.csv
keys Enter
has out.csv: 
run test -s out.csv
quit
readonly off
open tiny.tiger
lacks [RO]
keys F3 1
lacks would change it
quit
