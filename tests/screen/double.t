# Double annotation: what waits for a second opinion comes first, and is told.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
do tiny.tiger label add support
do tiny.tiger label add oppose
do tiny.tiger user add daemon --no-acl
do tiny.tiger config double 1
account daemon 1
do tiny.tiger tag p002 support
do tiny.tiger tag p005 oppose
account
size 160x50
open tiny.tiger
keys F3
has second opinion
keys m
has 2 for a second opinion
screen double-mode
keys Esc 1
has second opinion
keys 1
# two are enough, and the others follow
lacks second opinion
do tiny.tiger check
