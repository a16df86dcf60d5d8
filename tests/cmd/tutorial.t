# The tutorial, done as it says: its commands are run, its keys pressed, and
# what it says that one sees is looked for on the screen.
#
# In man/tagtiger-tutorial.7 `.Dl $ ...` is a command, `.It Ic ...` keys (a word
# of small letters is typed), and after either a comment says what is to be
# seen: `.\" sees TEXT`, or `.\" ended` where the program was left. What stands
# between `.\" torch` and `.\" end torch` needs libtorch.
set -eu
: "${TAGTIGER_HAVE_TORCH:=0}" "${TAGTIGER_TEST_BASE:=}"
page=man/tagtiger-tutorial.7
script=$TMPDIR/script
[ -d "$TAGTIGER_TEST_BASE" ] || TAGTIGER_HAVE_TORCH=0
TAGTIGER_BASE=${TAGTIGER_TEST_BASE%/*}
export TAGTIGER_BASE

# Texts, and labels of some: what the reader brings along.
awk -v dir="$TMPDIR" '
BEGIN {
	split("A carbon tax helps us all,Wind parks deserve support," \
	    "Plant trees along every road,We must close the mines," \
	    "The climate needs this law", yes, ",")
	split("Prices rise too much,This law ruins farms," \
	    "Leave the drivers alone,Jobs come first," \
	    "Nobody asked for this tax", no, ",")
	print "id,text,author" >(dir "/texts.csv")
	print "id,stance" >(dir "/labels.csv")
	for (i = 1; i <= 240; i++) {
		first = i % 3 ? yes[i % 5 + 1] : no[i % 5 + 1]
		second = i % 3 ? yes[i % 4 + 1] : no[i % 4 + 1]
		printf "t%03d,\"%s. %s, says letter %d.\",author %d\n", i,
		    first, second, i, i % 7 >(dir "/texts.csv")
		if (i % 2)
			printf "t%03d,%s\n", i, i % 3 ? "support" : \
			    "oppose" >(dir "/labels.csv")
	}
}'
cp "$TMPDIR/labels.csv" "$TMPDIR/test.csv"

awk -v torch="$TAGTIGER_HAVE_TORCH" '
/^\.\\" torch$/ { left = !torch }
/^\.\\" end torch$/ { left = 0 }
left { next }
/^\.Dl \$ tagtiger [^ ]*$/ { print "open " $4; next }
/^\.Dl \$ tagtiger / {
	sub(/^\.Dl \$ tagtiger /, "")
	print "run $TAGTIGER " $0 " >out 2>&1 || { cat out; false; }"
	next
}
/^\.It Ic / {
	for (i = 3; i <= NF; i++) {
		sub(/^\\&/, "", $i)
		print ($i ~ /^[a-z][a-z]+$/ ? "type " : "keys ") $i
	}
	next
}
/^\.\\" sees / { sub(/^\.\\" sees /, ""); print "has " $0; next }
/^\.\\" ended$/ { print "left" }
' "$page" >"$script"
echo 'file predictions.csv probability' >>"$script"
if [ "$(grep -c '^run' "$script")" -lt 10 ] ||
    [ "$(grep -c '^keys' "$script")" -lt 20 ]; then
	echo "Bail out! $page has lost its commands"
	exit 1
fi
exec "$BUILD/tests/screen/driver" "$script"
