# Somebody else writes for long: what one does waits, is seen to wait, and is
# saved in its turn; all else goes on.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
open tiny.tiger
keys F3
keys m Home Down Right Enter
nowait
has #p001
hold tiny.tiger
keys 1
has not saved yet: waits for
lacks → neutral
has #p001
# a key for the next text waits too, and is not taken for this one
keys 2
has not saved yet, 1 more typed
has #p001
keys Esc
has not saved yet: waits
# elsewhere all goes on
keys F4
has p003
keys Down Down Down
has ▸  p004
keys F10
has nothing has run
keys ?
has Esc
keys q F3
has #p001
# a second act waits behind the first
keys F4 2
has 2 not saved yet
keys F3
has #p001
release
has 1 neutral                                                                  5
has #p003
lacks not saved yet
keys F4
has oppose
# given up, it is as if it had not been
keys F3
hold tiny.tiger
keys 2
has not saved yet
keys Esc
lacks not saved yet
has given up: nothing was saved
has #p003
# leaving is asked about
keys 2 F4 q
has not saved yet
keys s
has not saved yet
release
lacks not saved yet
# a bulk act: its line, and what Esc does
hold tiny.tiger
keys :
type import annotations tiny.csv --id id --label stance
keys Enter
has import annotations
has Esc stops it
keys F2
has import annotations
keys Esc
has stop it, and take back
keys g
has Esc stops it
keys Esc s
wait
has stopped as asked
nowait
keys :
type scheme copy stance other
keys Enter
has scheme copy
keys F3 1
has not saved yet: waits for scheme copy
release
wait
has #p
lacks not saved yet
quit
