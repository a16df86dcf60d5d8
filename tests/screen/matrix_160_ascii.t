# Every view at 160x50, in an ASCII locale: the screens are matrix/*-160-ascii.txt.
size 160x50
locale C
suffix -160-ascii
source tests/screen/matrix.script
