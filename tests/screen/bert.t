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
keys Esc
quit
# curves, what they say, and the notes of a training
run $BUILD/tests/tools/curve tiny.tiger camembert-1 ready rising
run $BUILD/tests/tools/curve tiny.tiger camembert-2 stopped none
run $BUILD/tests/tools/curve tiny.tiger camembert-3 training falling
open tiny.tiger
keys F7
screen bert-curve
styles bert-curve
has still falling
resize 160x50
screen bert-curve-wide
resize 80x24
keys Up
has no curve was stored
keys Up
has rising again
keys x
has write loss as SVG to: camembert-1-loss.svg
keys Enter
has loss of camembert-1 is drawn in camembert-1-loss.svg
keys ?
has eval loss
keys Esc
quit
file camembert-1-loss.svg "best: eval loss"
locale C
open tiny.tiger
keys F7
screen bert-curve-ascii
resize 160x50
screen bert-curve-wide-ascii
