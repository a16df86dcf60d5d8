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
# the order needs a model that is gone: said, with a way on
quit
do tiny.tiger feature add tfidf --min-df 1
do tiny.tiger quick train --cv 3
size 80x24
open tiny.tiger
keys F3 F m Home Down Down Down Right
has ▸most uncertain
keys Enter
has most uncertain
quit
do tiny.tiger quick delete quick
do tiny.tiger session clear
open tiny.tiger
keys F3
# the label is saved all the same
keys 1
has #p005 → neutral
screen tag-end-model
keys m Home Down Right Enter
has in file order
lacks there is no model
