# A file of texts: the form, and the project that comes of it.
run cp $ROOT/tests/screen/data/tiny.csv .
open tiny.csv
screen new
# what is what, and how many go where
keys Down Down c Down c
keys G Up Up Up
keys 1 0 Enter
screen new-filled
keys G Enter
has [Project]
has test
quit
open tiny.tiger
keys 2
has support
quit
# the same name again is refused
open tiny.csv
keys s
has exist
