# Project, codebook: laid out, with its headings.
run cp $ROOT/tests/screen/data/tiny.csv $ROOT/tests/screen/data/book.md .
do - new tiny --data tiny.csv --id id --text text --label stance
open tiny.tiger
keys 4
screen codebook-none
type :codebook set book.md
keys Enter
screen codebook
styles codebook
keys n
lacks support
has Doubtful cases
keys G
has When in doubt
keys g Enter
screen codebook-contents
type opp
keys Enter
has Against such a measure
lacks Doubtful cases
keys /
type MEANT
keys Enter
has by what is meant
lacks Irony
keys n n
keys / ^U
type nowhere
keys Enter
has the codebook has no 'nowhere'
quit
size 160x50
open tiny.tiger
keys 4
screen codebook-wide
quit
locale C
size 80x24
open tiny.tiger
keys 4
screen codebook-ascii
