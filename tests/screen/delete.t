# Deleting the project that is open.
run cp $ROOT/tests/screen/data/tiny.csv .
env TAGTIGER_PATH .
do - new tiny --data tiny.csv --id id --text text --label stance --test 10
do - new other --data tiny.csv --id id --text text
do tiny.tiger user add daemon --no-acl
account daemon 1
open tiny.tiger
keys :
type delete
keys Enter
has this is for owners
lacks its name
quit
account
open tiny.tiger
keys :
type delete --yes
keys Enter
screen delete-ask
type tin
keys Enter
has type tiny to delete it
type y
keys Enter
has is deleted
lacks tiny  
has 1 project
has ▸ other
has tiny.tiger is deleted
keys Enter
has other
run test ! -e tiny.tiger -a ! -e tiny.tiger-data
quit
