# Every view at 80x24: the screens are matrix/*-80.txt.
size 80x24
suffix -80
source tests/screen/matrix.script
