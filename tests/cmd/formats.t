# What goes into one format and through another comes out as it was. That the
# first reading is right is for unit/test_{csv,xlsx,parquet,jsonl}, whose
# expectations pandas, openpyxl and pyarrow gave; that the others read what we
# write, for tests/unit/data/table/roundtrip.py, by hand.
. tests/tap.sh
data=$PWD/tests/unit/data/table
table=$BUILD/tests/tools/table
cd "$w" || exit

# rows FILE: all its cells as text, null apart from empty only where asked
rows() {
	"$table" "$1" r.jsonl >/dev/null || return
	sed 's/:null/:""/g' r.jsonl
}
# The kinds of cells that are no text differ by format: compared as csv.
flat() {
	"$table" "$1" f.csv >/dev/null && sed 's/""//g' f.csv
}

for f in comma.csv utf16.csv mac.csv odd.csv quoted.csv; do
	want=$(rows "$data/$f")
	ok "$f has rows" test -n "$want"
	for to in csv xlsx parquet jsonl; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(rows "o.$to")" "$want" "$f through $to"
	done
done
for f in types.parquet struct.parquet types.jsonl; do
	want=$(flat "$data/$f")
	ok "$f has rows" test -n "$want"
	for to in csv parquet; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(flat "o.$to")" "$want" "$f through $to"
	done
done
for f in types.xlsx mac1904.xlsx byhand.xlsx; do
	want=$(flat "$data/$f")
	for to in csv xlsx parquet jsonl; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(flat "o.$to")" "$want" "$f through $to"
	done
done
done_testing
