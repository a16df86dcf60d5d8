# Messages that are longer than the line: whole, upwards, until the next key.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
run printf 'id,text\n1,a\n1,b\n' >twice.csv
open tiny.tiger
keys F3 m Home Down Right Enter :
type import texts twice.csv --id id --text text
keys Enter
screen message
keys Space
lacks mend the file
resize 40x12
keys :
type import texts twice.csv --id id --text text
keys Enter
screen message-narrow
# where there is no room its middle goes, never what to do
resize 20x5
keys :
type import texts twice.csv --id id --text text
keys Enter
screen message-tiny
resize 200x50
keys :
type import texts twice.csv --id id --text text
keys Enter
screen message-wide
resize 80x24
# beside a prompt; a question
keys F2 2 c
type the colour of a sunset over the sea, with a little more red than there is in the evening
keys Enter
has of the names above
has Enter apply
keys Esc
quit
# an answer of many lines takes the message's place: nothing says "started"
open tiny.tiger
keys :
type check
keys Enter
has the project is sound
lacks started
quit
# and does not come over what one has turned to meanwhile
open tiny.tiger
keys F3
nowait
hold tiny.tiger
keys :
type check
keys Enter
has started: check
keys d
release
wait
lacks the project is sound
has check has ended: Enter on it in Jobs (F10) tells what it found
keys Esc F10 Enter
has the project is sound
quit
