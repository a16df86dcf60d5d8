# Adjudication: texts that people differ on, decided with a key each.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --test 10
do tiny.tiger label add support
do tiny.tiger label add oppose
do tiny.tiger label add neutral
do tiny.tiger user add daemon --no-acl
do tiny.tiger user add bin --no-acl
open tiny.tiger
keys 5
has where they differ
keys d
# nothing yet
screen adjudicate-none
quit
do tiny.tiger tag p001 support --comment "a measure is asked for"
do tiny.tiger tag p002 support
do tiny.tiger tag p003 oppose
do tiny.tiger tag p004 support
do tiny.tiger tag p005 neutral
account daemon 1
do tiny.tiger tag p001 oppose --comment "it is against coal"
do tiny.tiger tag p002 support
do tiny.tiger tag p003 neutral
do tiny.tiger tag p004 neutral
do tiny.tiger tag p005 neutral
account bin 2
do tiny.tiger tag p001 neutral
do tiny.tiger tag p002 oppose
do tiny.tiger tag p004 support
do tiny.tiger tag p005 neutral
# an annotator looks
open tiny.tiger
keys 5 d
screen adjudicate-annotator
keys 1
has ask the owner or a manag
lacks ✓
quit
account
open tiny.tiger
keys 5 d
screen adjudicate
# no majority of three; a comment; a decision; what is next
keys a
has no answer has more than half of the 3
keys c
type see rule 2
keys Enter
has your comment
keys 2
has #p001 → oppose
lacks see rule 2
screen adjudicate-next
keys Down a
has #p002 → support
keys f
has 4 of 4 listed
lacks see rule 2
screen adjudicate-all
# taken back, with its own key and with undo
keys Backspace
has #p004 is not decided
keys Home
has see rule 2
keys Backspace
has #p001 is open again
has 1 decided
keys u
has 2 decided
has see rule 2
keys Down 3
has #p003
keys ;
type sup
keys Enter
has all are decided
screen adjudicate-all-done
keys f f
has All texts on which people differ are
keys u
has 1 of 1 open
has Plant trees
keys Enter
lacks 1 of 1 open
keys q i
has Krippendorff
keys q q
has what they did
keys d o
has #p004
quit
size 160x50
open tiny.tiger
keys :
type view adjudicate
keys Enter f
screen adjudicate-wide
quit
locale C
size 80x24
open tiny.tiger
keys :
type view adjudicate
keys Enter f
screen adjudicate-ascii
quit
size 40x10
open tiny.tiger
keys :
type view adjudicate
keys Enter
screen adjudicate-small
quit
# several labels a text: toggles, and Enter
locale C.UTF-8
size 80x24
do tiny.tiger scheme add themes --kind multilabel
do tiny.tiger scheme use themes
do tiny.tiger label add energy
do tiny.tiger label add jobs
do tiny.tiger label add health
do tiny.tiger tag p001 energy,jobs
do tiny.tiger tag p002 energy
account daemon 1
do tiny.tiger tag p001 energy,health --scheme themes
do tiny.tiger tag p002 --none --scheme themes
account
open tiny.tiger
keys :
type view adjudicate
keys Enter
screen adjudicate-multi
keys 3
has 3 [x] health
keys Enter
has #p001 → energy|health
keys =
has #p002 → none of these
keys f
screen adjudicate-multi-all
keys 1 Enter
has → health
