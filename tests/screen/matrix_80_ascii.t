# Every view at 80x24, in an ASCII locale: the screens are matrix/*-80-ascii.txt.
size 80x24
locale C
suffix -80-ascii
source tests/screen/matrix.script
