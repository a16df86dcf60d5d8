# Export: a form for each kind; jobs show what ran.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F10
screen jobs-none
keys F9
screen export
keys Enter
screen form-export
keys s
has tiny-annotations.csv
file tiny-annotations.csv stance_annotator
keys F10
has export annotations
keys l
has tiny-annotations.csv
keys q
