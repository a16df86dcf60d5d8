# A project whose only scheme was undone: every view comes to rest.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
open tiny.tiger
keys F4
has 60 texts
keys u
has no scheme
keys End
has no scheme
keys F3
has no scheme
keys F2 F6 F7 F8 F9 F10 F4 Home End
has no scheme
keys F2 ^R
has redone
keys F4
lacks no scheme
