# What an annotator may not do is not offered, and refused when it is begun.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance --test 10
do tiny.tiger user add daemon --no-acl
account daemon 1
open tiny.tiger
has ▸ tag a couple of hundred texts
lacks feature ·
lacks export
# keys, forms, prompts: the same words
keys 2
screen may-labels
lacks rename
keys a
has this is for managers, and you are an annotator: ask the owner or a manager
lacks new label
keys r
has this is for managers
lacks Rename
keys K D L e c x
has this is for managers
keys 3 a
has this is for managers
keys y
has this is for managers
keys 5 a
has this is for owners, and you are an annotator: ask the project's owner
keys r
has this is for owners
keys 6 a
has this is for managers
keys 9
has Managers change it.
keys Enter
has this is for managers
keys 4
has Managers write it.
lacks your editor
keys :
type label add x
keys Enter
has this is for managers
keys :
type form label add
keys Enter
has this is for managers
# menus, help, the palette, completion
keys 7
screen may-import
keys F9
screen may-export
keys Enter
has backup
keys q F2 2 ?
lacks Add a label
type label
lacks Rename the label
keys Esc Esc F2 0
type label
lacks label rename
has label list
keys Esc
keys :
type label 
keys Tab
has label list
lacks rename
keys Esc
# a form has no field that is another's
keys :
type form check
keys Enter
has against
lacks rebuild
keys Esc
quit
account
do tiny.tiger user role daemon manager
account daemon 1
open tiny.tiger
keys 2
has r rename
keys a
has new label
keys Esc 5 a
has this is for owners, and you are a manager
quit
account
