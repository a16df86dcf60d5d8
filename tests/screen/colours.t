# Themes, and a label's own colour.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger label colour neutral "#d55e00"
open tiny.tiger
keys F2 2
styles colours-auto
keys :
type label colour oppose sk
keys Tab Enter
has oppose: sky
styles colours-own
keys :
type label colour oppose ''
keys Enter
keys :
type set theme none
keys Enter
styles colours-none
keys :
type set theme light
keys Enter
styles colours-light
keys :
type label colour oppose nosuch
keys Enter
has no colour is called 'nosuch'
