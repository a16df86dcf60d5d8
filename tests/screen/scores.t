# Scores: the numbers, the matrix, the texts behind it, corrections; charts.
run cp $ROOT/tests/screen/data/stances.csv .
do - new stances --data stances.csv --id id --text text --label stance --train 160 --test 100
do stances.tiger feature add tfidf --min-df 1
do stances.tiger quick train --name weak --c 0.001
do stances.tiger score weak
do stances.tiger quick train --cv 10
do stances.tiger quick curve
do stances.tiger score quick
do stances.tiger score quick --set train
do stances.tiger score quick
do stances.tiger untag t010
# wide, then 80x24
size 160x50
open stances.tiger
keys F3
screen tag-curve
keys F8
has quick on test
has looked at 4 times
screen scores-wide
has drawn at random
lacks blind
resize 80x24
# the cursor begins where most goes wrong
keys Right
screen scores-cell
styles scores-cell
keys Enter
screen scores-texts
keys ?
has probability
keys Esc
keys 2
has ✓off-topic
has 1 corrected
has the test set is no longer blind
keys u
lacks corrected
keys 2
keys Enter
has [Tag]
keys F8
has 1 corrected
keys q
has scoring again counts them
keys Home Enter
has neutral → neutral
keys Esc e
has false predictions
screen scores-errors
keys Esc Esc
# beside another model
keys =
has compare with
keys Enter
has F1 macro of quick minus weak
keys x
has write scores as SVG to: quick-scores.svg
keys Enter
has scores of quick is drawn in quick-scores.svg
keys Down x
has write confusion as SVG
keys Esc
# the learning curve
keys F6
screen quick-curve
resize 160x50
screen quick-curve-wide
resize 80x24
keys x
keys Enter
has learning of quick is drawn
keys c
has learning curve of quick: 70 more
quit
file quick-scores.svg </svg>
file quick-learning.svg "labelled texts learned from"
# in ASCII
locale C
size 80x24
open stances.tiger
keys F8 Right
screen scores-ascii
keys Enter
screen scores-texts-ascii
keys F6
screen quick-curve-ascii
size 160x50
quit
open stances.tiger
keys F6
screen quick-curve-wide-ascii
keys F8
screen scores-wide-ascii
quit
