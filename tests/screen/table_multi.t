# Table in a multi-label scheme, and with a model's predictions.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance --test 10
do tiny.tiger feature add tfidf
do tiny.tiger quick train --features tfidf
open tiny.tiger
keys F4
screen table-predicted
# the test set is blind
keys :
type list-set test
keys Enter
lacks predicted p
keys Down p
has blind
keys m = Enter g p
has (accepted)
# texts that the model gets wrong
keys m Down Down Down Down Down Down Down Right
has texts fit
keys Enter
has wrongly predicted
keys :
type sort sure
keys Enter
has by sure ↑
quit
do tiny.tiger scheme add themes --kind multilabel
do tiny.tiger scheme use themes
do tiny.tiger label add energy
do tiny.tiger label add work
do tiny.tiger label add law
open tiny.tiger
keys F4 1 3
screen table-toggles
keys Enter
has #p001 → energy + law
keys = 
has → none
keys ;
keys 2 Enter
has #p003 → work
# marked rows take one label from its key
keys Space Space 2
has 2 texts → work
quit
