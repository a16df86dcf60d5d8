# Scores of a multi-label scheme: true and false, positive and negative.
run cp $ROOT/tests/screen/data/stances.csv .
do - new themes --data stances.csv --id id --text text --multilabel themes:| --train 160 --test 100
do themes.tiger feature add tfidf --min-df 1
do themes.tiger quick train
do themes.tiger score quick
open themes.tiger
keys F8
screen scores-multi
keys Left
keys Enter
screen scores-multi-texts
keys 1
has corrected
keys 1
has corrected
resize 160x50
screen scores-multi-wide
keys Esc
keys End Enter
has true positives
quit
