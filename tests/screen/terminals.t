# Terminals of other kinds: lines, colours, signs as each has them. 19 lines,
# so that the account's name is not shown.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
terminal 80x19
env TERM xterm-256color
open tiny.tiger
keys F3 m Home Down Right Enter
has in file order
styles terminal-256
keys q
ended 0
env TERM vt100
open tiny.tiger
keys :
type goto p005
keys Enter
has p005
screen terminal-vt100
styles terminal-vt100
keys q
ended 0
env TERM linux
open tiny.tiger
has p001
keys :
type set nosuch
keys Enter
styles terminal-linux
keys q
ended 0
env TERM xterm-mono
open tiny.tiger
styles terminal-mono
keys q
ended 0
env TERM screen-256color
open tiny.tiger
keys 2
has #p001 → oppose
keys q
ended 0
env TERM tmux-256color
open tiny.tiger
keys b
has gone back to
keys :
type set nosuch
keys Enter
styles terminal-256-back
keys q
ended 0
env TERM xterm
open tiny.tiger
keys :
type set theme dark
keys Enter
has theme is dark
keys :
type set nosuch
keys Enter
styles terminal-8
keys :
type set theme auto
keys Enter q
ended 0
env TERM xterm-256color
env NO_COLOR 1
open tiny.tiger
keys :
type set nosuch
keys Enter
styles terminal-mono-message
keys :
type set theme dark
keys Enter
has theme is dark, but NO_COLOR is set
keys q
ended 0
# the terminal says that its background is light
env NO_COLOR ""
env COLORFGBG 0;15
open tiny.tiger
keys :
type set theme auto
keys Enter
keys :
type set nosuch
keys Enter
styles terminal-light
keys q
ended 0
locale C
open tiny.tiger
screen terminal-c
keys :
type set th
keys Tab
has :set theme
keys Esc q
ended 0
# a screen of 20 columns, and less
env TERM vt100
locale C.UTF-8
terminal 20x5
open tiny.tiger
screen terminal-20x5
resize 19x5
has too small
resize 3x1
resize 1x1
resize 20x4
has too small
resize 300x100
has [Tag]
resize 20x5
screen terminal-20x5
keys ? Esc : Esc
keys m Esc d Esc ; Esc k k c Esc
keys 2
keys q
ended 0
