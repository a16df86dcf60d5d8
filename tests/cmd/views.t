# Every view of src/ui/views.c has its screens in tests/screen/expected/matrix:
# at 80x24 and 160x50, in UTF-8 and in ASCII.
. tests/tap.sh

views=$(sed -n 's/^	&view_\([a-z_]*\),$/\1/p' src/ui/views.c)
ok 'there are views' test "$(echo "$views" | wc -l)" -ge 15
for name in $views; do
	# Sizes on the disk differ by machine: people.t reads its lines.
	[ "$name" = storage ] && continue
	for size in 80 160 80-ascii 160-ascii; do
		ok "$name at $size" \
		    test -s "tests/screen/expected/matrix/$name-$size.txt"
	done
done
done_testing
