# The project's file is taken away, or another put in its place, while it is
# open: the program says so, and no label is shown as saved.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance
do tiny.tiger label add other
open tiny.tiger
keys F3
run mkdir away && mv tiny.tiger away
keys 1
has was moved or removed while it was open
lacks →
keys F4 F2
has tiny
quit
run mv away/tiny.tiger .
do tiny.tiger backup old.tiger
open tiny.tiger
keys F3 1
lacks while it was open
run cp old.tiger tiny.tiger
keys 1
has an older copy was written over
quit
open tiny.tiger
keys F3 1
lacks while it was open
run cp tiny.tiger new.tiger && mv new.tiger tiny.tiger
keys u
has another file took its name
quit
