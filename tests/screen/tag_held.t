# A text that one has gone to is nobody else's meanwhile.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text
do tiny.tiger label add support
do tiny.tiger label add oppose
do tiny.tiger user add daemon --no-acl
account daemon 1
do tiny.tiger next --mode sequential
account
open tiny.tiger
keys F3
keys %
type p001
keys Enter
has daemon has this text before them too: yours is a second opinion
keys %
type p003
keys Enter
has #p003
lacks before them too
# they get the one after it
account daemon 1
do tiny.tiger tag p001 support
do tiny.tiger next --mode sequential
do tiny.tiger tag p002 support
do tiny.tiger next --mode sequential
account
keys %
type p004
keys Enter
has daemon has this text before them too
# and when it is left, that one too
keys 1
has #p004 → support
account daemon 1
do tiny.tiger tag p004 support
do tiny.tiger next --mode sequential
account
keys %
type p003
keys Enter
has daemon has this text before them too
quit
