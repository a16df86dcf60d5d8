# BERT: the form shows the effective batch; without a model it says so.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F7
screen bert-none
keys a
screen form-bert
keys Down Down Down
keys 8
keys Enter Down
keys 4 Enter
has effective batch 8 x 4 = 32
keys Esc
lacks effective
