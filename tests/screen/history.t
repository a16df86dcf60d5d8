# Project, history: narrowed by words, one event whole, one act taken back.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance
do tiny.tiger tag p020 support
do tiny.tiger tag p021 oppose --comment doubtful
do tiny.tiger label describe support "for it"
open tiny.tiger
keys 8
screen history
keys /
screen history-prompt
type kind:tag
keys Enter
has tagged p021
lacks label describe
keys / ^U
type DESCRIBE
keys Enter
has label describe support
lacks tagged p021
keys / ^U
type user:nobody
keys Enter
has no user of the project is called 'nobody'
keys / ^U
type zebra
keys Enter
has nothing of that
keys / ^U Enter
has import
keys f
type label desc
keys Enter
has label describe support
lacks tagged
keys / ^U Enter
keys Down Down
has ▸ 14:02
keys Enter
has number
has support
keys q U
has take back
keys y
has undone: 
screen history-undone
keys n g U y
has an undo is taken back by redo
quit
size 160x50
open tiny.tiger
keys 8
screen history-wide
quit
size 80x24
locale C
open tiny.tiger
keys 8
screen history-ascii
