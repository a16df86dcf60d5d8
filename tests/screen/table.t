# Table: all texts, a line each; filtered, sorted and labelled in place.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F4
screen table
# a label's key tags the row and moves down; undo takes it back and goes there
keys 1
has #p001 → neutral
keys 2 2 u
has undone
has ▸  p003
keys Up Up Backspace
has p001 is not tagged any more
keys f
has f
keys c
type look again
keys Enter
has comment: look again
# filters
keys /
type COAL
keys Enter
screen table-filter
keys n n N
has ▸  p010
keys g m
screen listed
keys F4
has 0 of 60 texts fit
keys q
has /COAL/
keys /
keys Backspace Backspace Backspace Backspace Enter
has 60 texts
keys m Down Right Right Enter
has stance · tagged
keys R m = Enter
has 60 texts
keys :
type list-set test
keys Enter
has stance · test
lacks set    label
keys m = Enter
# sorting, and back to the file's order
keys s
type te
keys Enter
screen table-sorted
keys :
type sort text
keys Enter
has by text ↓
keys :
type sort text
keys Enter
lacks by text
keys :
type sort nothing
keys Enter
has there is no column 'nothing'
# rows by their id, the last one, pages
keys :
type goto p033
keys Enter
has ▸  p033
keys End
has ▸  p060
keys PgUp Home G
has ▸  p060
keys g
has ▸  p001
# several rows at once: one act
keys Space Space Down Space
has 3 marked
keys 3
has 3 texts → support; u takes it back
keys u
has undone
keys *
has 60 marked
keys 1
screen table-question
keys n
has 60 marked
keys 1 y
has 60 texts → neutral; u takes it back
keys u
has undone
keys * U
lacks marked
# the picker, and what was labelled last
keys g Enter
type opp
keys Enter
has #p001 → oppose
keys .
has → oppose
# columns, kept for this account
keys d
screen table-columns
keys End Up Space K
keys q
has date
quit
open tiny.tiger table
has date
# the text pane, and Tag at the row's text
keys v
screen table-no-pane
keys g Down Down o
has gone to
has #p003
quit

# beside the text where there is room
size 160x50
open tiny.tiger
keys F4
keys v
screen table-wide
styles table-wide
quit

# a terminal that has ASCII alone
locale C
size 80x24
open tiny.tiger
keys F4 Space
screen table-ascii
quit
locale C.UTF-8
size 20x5
open tiny.tiger
keys F4 Down
screen table-tiny
quit

# filter and order are as one left them; Esc lists all texts
size 80x24
open tiny.tiger
keys F4 /
type coal
keys Enter s
type text
keys Enter
quit
open tiny.tiger
keys F4
screen table-kept
keys Esc
lacks /coal/
has by text
keys s
type text
keys Enter s
type text
keys Enter
lacks by text
quit
open tiny.tiger
keys F4
lacks of 60 texts
lacks by text
quit
# What cannot all be tagged is refused before one is asked.
do - new part --data tiny.csv --id id --text text --label stance --train 30
open part.tiger
keys F4 * 1
has of these texts are in the rest
lacks y tag them
quit
