# Project: the overview, and labels.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
screen overview
keys 2
screen labels
keys a
type report
keys Enter
has   report  
keys G r
screen labels-rename
type oppose
screen labels-merge
keys Enter
lacks   report  
keys u
has report
keys G K
screen labels-moved
keys L
type s
keys Enter
has does something else in Tag
keys ^U
type r
keys Enter
has r  report
keys D
has delete report
keys y
lacks   report  
keys u
has report
# the other pages
keys 4
has stance has no codebook yet
keys 6
screen features
keys 7
screen import
keys 8
has import
keys 9
screen options
# the project's parameters, then the account's: each with its own input
keys Down Enter ^U
type 0.1
keys Enter
has 0.1
keys Down Down Down Down Down Down Down Down
has prediction
keys Enter
screen options-changed
keys Enter
keys ?
has options
