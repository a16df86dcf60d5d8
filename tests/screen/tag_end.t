# Tag when nothing is left, and on the blind test set.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F3 m
screen mode
# in file order, of the test set
keys Home Left Down Right
screen mode-test
keys Enter
has test set · blind
keys /
type nosuchword
keys Enter
screen tag-end
keys / ^U Enter
lacks nosuchword
# a pattern: hits are marked, n goes from one to the next
keys m Home Right Enter
keys /
type the|vote
keys Enter
has /the|vote/
keys n
has hit 1 of
keys N
has hit
keys / ^U
type (
keys Enter
has pattern
