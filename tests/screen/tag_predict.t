# Tag with a model: bars, accepting, what is most uncertain, wrong ones.
run cp $ROOT/tests/screen/data/tiny.csv .
run cp $ROOT/tests/screen/data/codebook.md .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger codebook set codebook.md
do tiny.tiger feature add tfidf --min-df 1
do tiny.tiger quick train --cv 3
do tiny.tiger config retrain 10
do tiny.tiger config audit 0.1
open tiny.tiger
# in the order of what the model can't decide, of any label; then of one
keys F3 m Home Down Down Down Right
has [any]
keys Right
has [neutral]
keys Left
has ▸most uncertain [any]
has retrain    every 10
has random     10 %
keys Enter
has most uncertain
has sure 0.
has retrain in 10
has 1 in 10 at random
# the predicted label's entry stands at k
keys m Home Down Right Enter
has #p001
keys k
has Close them all
keys Esc
screen tag-bars
# accepted: told here and in the history
keys p
has → support (accepted)
has retrain in 9
keys F2 8
has accepted
keys F3
# only what is predicted as a label; then where label and prediction differ
keys m Home Down Down Down Down Down Down Down Down Right Right
has predicted  oppose
keys Enter
has predicted oppose
keys m Home Down Down Down Down Down Down Down Down Left Left Down Right
has wrong      only
keys Esc
has predicted oppose
size 160x50
quit
open tiny.tiger
keys F3
screen tag-bars-wide
resize 200x50
screen tag-bars-200
quit
locale C
size 80x24
open tiny.tiger
keys F3 Right
screen tag-bars-ascii
keys m
screen mode-ascii
