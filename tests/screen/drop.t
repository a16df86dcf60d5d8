# A test set given up while the program is open: Table, Tag and the overview.
run printf 'id,text\n1,one\n2,two\n3,three\n' >d.csv
run printf 'id,text\nt1,first of test\nt2,second of test\n' >t.csv
do - new small --data d.csv --id id --text text
do small.tiger label add yes
do small.tiger label add no
do small.tiger import test t.csv --id id --text text
do small.tiger tag t1 yes
open small.tiger
keys F4
has 5 texts
has first of test
keys F2
has test               2
keys :
type drop test
keys Enter
has add --yes if that is meant
keys F4
has first of test
keys :
type drop test --yes
keys Enter
has the test set is empty
keys q
lacks first of test
lacks second of test
has 3 texts
has three
keys F2
lacks test               2
keys F4 /
type of test
keys Enter
lacks first
has 0 of 3
quit
do small.tiger import test t.csv --id id --text text
open small.tiger
keys F4
has 5 texts
has first of test
quit
