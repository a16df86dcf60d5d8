# Tag when nothing is left: why, as counted, and a key for each way on.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --train 14 --test 10
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
# typed ahead labels nothing, and starts nothing
keys 1 s
has nosuchword
keys F
lacks nosuchword
has test set · blind
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
keys Esc / ^U Enter
lacks /the|vote/
# the rest of train is skipped or tagged
keys s s 1
screen tag-end-skipped
keys S
has in file order
lacks Nothing is left
keys s s
has Nothing is left
keys b
has gone back to
keys Enter
has Nothing is left
# tagged ones too
keys T
has all texts
has ✓
# more from the rest, asked first
keys m Home Down Down Down Down Down Right Enter
has Nothing is left
keys D
has Draw 36 texts of the rest at random into train?
keys n
has Nothing is left
keys D y
lacks Nothing is left
# the small screen keeps the reasons
keys /
type zzz
keys Enter
resize 40x12
screen tag-end-small
