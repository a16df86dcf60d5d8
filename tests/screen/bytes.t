# What a key sends to a terminal of 80x24: nothing that did not change.
run printf 'id,text\n' > long.csv; for i in $(seq 100 140); do printf 't%s,"' $i; for j in $(seq 1 60); do printf 'word%s of %s in a sentence that goes on and on. ' $((i*j%97)) $((i*7+j)); done; printf '"\n'; done >> long.csv
do - new long --data long.csv --id id --text text
do long.tiger label add support
do long.tiger label add oppose
do long.tiger label add neutral
terminal 80x24
env TERM xterm-256color
open long.tiger
keys F3 m Home Down Right Enter
has in file order
bytes 20000
# a new text that fills the screen
keys 1
bytes 2048
keys 2
bytes 2048
keys s
bytes 2048
# back, and forth again
keys b
bytes 2048
# a line of scrolling, up and down
keys Down
bytes 250
keys Down
bytes 250
keys Up
bytes 250
# a page
keys Space
bytes 2048
# prompts
keys :
bytes 300
type v
bytes 40
keys Esc
bytes 300
keys d
bytes 1600
keys Right
bytes 700
keys Right Esc
bytes 2500
# another view is not another screen
keys F2
bytes 2048
keys 2
bytes 2048
# the cursor in a list
keys Down
bytes 160
keys Up
bytes 160
# nothing, where nothing happens
keys Up
bytes 40
keys ?
bytes 2400
keys Down
bytes 200
keys Esc
bytes 2048
# a mouse that is off costs nothing: see pty_mouse.t
