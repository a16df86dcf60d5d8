# The README's tour of five minutes, as it says.
run $TAGTIGER new tour --data $ROOT/data/packages.csv --id id --text text --context homepage --train 1000 --test 200
open tour.tiger
has [Project]
keys 2 a
type game
keys Enter a
type other
keys Enter
has other
keys F3
has random
keys 2 1 2 2 2 1 2 2 2 2 2 1
has →
keys u
has undone
keys ^R
has redone
keys :
type feature add tfidf
keys Enter :
type quick train --cv 2
keys Enter
keys Esc F3
has sure
keys p
has (accepted)
keys m Home Down Down Down Right Enter
has most uncertain
keys /
type puzzle
keys Enter
has /puzzle/
keys / ^U Enter
keys F6
has CV F1
keys F4
has predicted
keys :
type export predictions --model quick --out p.csv
keys Enter
file p.csv probability
