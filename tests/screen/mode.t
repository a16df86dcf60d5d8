# `m`: what comes next, with how many texts fit before it is applied.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F3 m Home Down Right Enter
keys 1 s 2
# what carries a label is looked for among tagged texts
keys m
has 36 of 50 texts fit
lacks 40 of 50
screen mode-session
keys Down Down Down Down Down Down Right
has label      neutral
has ▸tagged
has 4 of 50 texts fit
keys ;
type sup
keys Enter
has label      support
has 4 of 50 texts fit
# ... by whom
keys Down Down Down ;
type al
screen mode-by
keys Enter
has tagged by  alice
keys Down Right
has flag       only
has 0 of 50 texts fit
keys Right
has 4 of 50 texts fit
# a pattern, and its case
keys /
type Tax
keys Enter
has case ignored
keys F4
has case matters
has 0 of 50 texts fit
keys F4
has 2 of 50 texts fit
screen mode-filters
keys Enter
has label support
has by alice
has #p034
# kept for this account
quit
open tiny.tiger
keys F3
has label support
keys m
has label      support
# the sheet in fewer columns: a field a line
resize 60x20
screen mode-narrow
resize 160x50
screen mode-wide
