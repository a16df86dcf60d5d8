# Two who decide at once: each is led past what the other has before them.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
do tiny.tiger label add support
do tiny.tiger label add oppose
do tiny.tiger user add daemon --no-acl
do tiny.tiger tag p001 support
do tiny.tiger tag p002 support
do tiny.tiger tag p003 support
account daemon 1
do tiny.tiger tag p001 oppose
do tiny.tiger tag p002 oppose
do tiny.tiger tag p003 oppose
do tiny.tiger next --mode sequential --filter tagged
do tiny.tiger session clear
do tiny.tiger next --mode sequential --filter tagged
account
open tiny.tiger
keys 5 d
screen adjudicate-two
keys 1
has #p002 → support
has ▸   p003
keys Up
has daemon has this text before them too
keys 2
has #p001 → oppose
has ▸   p003
quit
# The text under the cursor is this account's while the page is shown.
account daemon 1
do tiny.tiger skip p001
do tiny.tiger skip p002
account
open tiny.tiger
keys 5 d
has ▸   p003
account daemon 1
do tiny.tiger next --mode sequential --filter tagged
account
keys F3 F2 5 d
lacks daemon has this text
keys F3
account daemon 1
do tiny.tiger next --mode sequential --filter tagged
account
keys F2 5 d
has daemon has this text before them too
quit
