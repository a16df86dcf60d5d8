# Every view at 160x50: the screens are matrix/*-160.txt.
size 160x50
suffix -160
source tests/screen/matrix.script
