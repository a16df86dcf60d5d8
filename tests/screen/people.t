# People: added by a form, their roles changed, shut out; one's own account;
# what the disk holds.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance --test 10
do tiny.tiger feature add tfidf
do tiny.tiger quick train --features tfidf --name first
open tiny.tiger
keys 5 a
screen people-add
keys Enter
type daemon
keys Enter
keys End Up Enter s
has daemon is an annotator of the project
has     tagtiger ~/tiny.tiger
screen people-added
keys q
screen people-two
keys Down r
screen people-role
type man
keys Enter
has daemon is now manager
has daemon       manager
keys D
has shut daemon out? Their annotations stay.
keys n
has manager
keys D y
has daemon is no user any more
keys Up D y
has a project needs an owner
# one's own account
keys A
screen account
keys Enter
has user:alice
# storage
keys S
# sizes are the machine's: paths are in the log
has in all
has of 2
has feature    tfidf
has model      first
keys Down D
has delete the
keys n
has tfidf
keys g D
keys y
has is deleted
quit
do tiny.tiger snapshot take
size 160x50
open tiny.tiger
keys 5 A
screen account-wide
keys S
has snapshot   asked-for                                2024-05-14
has model      first
keys D y
quit
locale C
size 80x24
open tiny.tiger
keys A
screen account-ascii
keys S
has in all
has > 
has model      first
