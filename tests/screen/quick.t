# Quick, and scores: train, look, score.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F6
screen quick-none
keys F2 Enter
has [Tag]
keys F2 6 a
screen form-feature
keys Right Right
has tfidf
keys Down Down Down Down Down Down
keys 1 Enter
keys s
has tfidf: 
keys F6 a
screen form-quick
keys Down Down Down Down 3 Enter s
screen quick
keys r
has learned from
keys F3
keys m Home Down Right Enter
screen tag-predicted
keys p
has accepted
keys k
screen tag-codebook
keys k
keys d
screen display
keys Down Space d
lacks sure
# scores
keys F8
has Not scored yet
keys t
screen scores
keys e
has false prediction
keys Esc
keys T
has looked at 1 time
keys m
type qui
keys Enter
has quick on test
