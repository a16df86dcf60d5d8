# A project keeps its only scheme: neither undo nor delete takes it.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
open tiny.tiger
keys F4
has 60 texts
keys u
has nothing
lacks no scheme
type :scheme add second
keys Enter
type :scheme delete default
keys Enter
lacks only scheme
keys F2
type :undo
keys Enter
has undone
type :undo
keys Enter
has undone
type :undo
keys Enter
has nothing
type :scheme delete default
keys Enter
has is the only scheme
