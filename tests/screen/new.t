# A file of texts: the form, and the project that comes of it.
run cp $ROOT/tests/screen/data/tiny.csv .
open tiny.csv
screen new
# what is what, and how many go where
keys Down Down c Down c
keys G Up Up Up Up Up Up
keys 1 0 Enter
screen new-filled
keys G Enter
has [Project]
has test
quit
open tiny.tiger
keys 2
has support
quit
# what it would come to, without writing anything
run cp $ROOT/tests/unit/data/table/types.xlsx .
run printf 'key,text,topics\n1,caf\351,a|b\n2,tea,\n2,again,b\n' >latin.csv
open latin.csv
screen new-unread
keys Enter
type windows-1252
keys Enter
screen new-read
keys Down Down m v
screen new-check
keys Esc G k k k k Enter
keys G Up Enter
has left out: 1 row with an id that came before (column key): 3
has topics: a, topics: b
lacks cannot be used
keys Esc
run test ! -e latin.tiger && echo none >found
file found none
keys G Enter
has [Project]
quit
open latin.tiger
keys 3
has multi-label
quit
# quotes that are letters
run printf 'id\ttext\n1\t"Tax it" she said\n' >said.tsv
open said.tsv
has text follows a closing quote
keys Down Down Enter
has "Tax it" she said
keys G Enter
has [Project]
keys F3
has "Tax it" she said
quit
# another separator makes other columns, another sheet too
open tiny.csv
keys G Up Up Enter
type |
keys Enter
has separator |
keys G Up Up Enter
type |
keys Enter
has one ASCII character
quit
open types.xlsx
has sheet data
keys G Up Up Enter
has Zweites
keys Down Down Enter
has sheet Zweites Blatt
has name_2
quit
# the same name again is refused
open tiny.csv
keys s
has exist
