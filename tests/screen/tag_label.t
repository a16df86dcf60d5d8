# The label under the cursor and its entry in the codebook; what is known of a
# text.
run cp $ROOT/tests/screen/data/tiny.csv .
run cp $ROOT/tests/screen/data/codebook.md .
run printf 'id,stance,who\np001,oppose,bob\np004,support,bob\n' >bob.csv
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger codebook set codebook.md
do tiny.tiger label describe neutral "Reports, takes no side."
do tiny.tiger import annotations bob.csv --id id --label stance --annotator who
size 160x50
open tiny.tiger
keys F3 m Home Down Right Enter
has Reports, takes no side.
keys Right
has Against such a measure.
keys Right
has Close them all
screen tag-label-wide
# beyond the last one is the first
keys Right
has Reports, takes no side.
resize 80x24
lacks Reports, takes no side.
# up and down too, where the text has room
keys Up
screen tag-label
# k: the entry, the whole, none
keys k
has Close them all
lacks Against such a measure.
screen tag-entry
keys Left
has Against such a measure.
keys k
has Against such a measure.
has Close them all
keys k
has 3 support
# the next text's cursor begins anew
keys 1
has → neutral
keys k
has Reports, takes no side.
keys Esc
has 3 support
# comments, and what others said: a manager sees it at once
keys c
type to be discussed
keys Enter
has comment, goes with the label: to be discussed
keys 3
has with the comment
keys :
type set others on
keys Enter
keys b
has comment to be discussed
type #
type p001
keys Enter
has bob → oppose
screen tag-notes
# not on the blind set
keys m Home Left Enter
lacks bob →
keys :
type set others off
keys Enter
type #
type p001
keys Enter
lacks bob →
type #
type nosuch
keys Enter
has nosuch
