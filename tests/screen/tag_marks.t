# What is highlighted in texts: words and patterns, a list for each account.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
do tiny.tiger highlight add m.n[a-z]+
do tiny.tiger highlight add --word cost
open tiny.tiger
keys F3 m Home Down Right Enter
has #p001
styles tag-marks
# n and N go through them where there is no filter
keys n
has highlight 1 of 3
keys n n
has highlight 3 of 3
# a filter's hits look otherwise, and n goes through those
keys /
type coal|minister
keys Enter
has /coal|minister/
styles tag-marks-filter
keys n n
has hit 2 of 2
keys / ^U Enter
# the list, from the display sheet
keys d h
screen highlights
keys a
type "pay"
keys Enter
has the word 'pay' is highlighted
keys Space
has /pay/ is highlighted
keys a
type (
keys Enter
has pattern
keys D
has 'pay' is no longer highlighted
keys D D
has nothing yet
keys q q
styles tag-marks-none
keys :
type highlight add climate
keys Enter
has /climate/ is highlighted
do tiny.tiger highlight list
# switched off
keys :
type set highlight off
keys Enter
has highlight is off
