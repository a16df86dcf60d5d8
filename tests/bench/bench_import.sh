#!/bin/sh
# A million texts (475 MB of csv) into a project, beside pandas, which reads
# the same file and writes it to SQLite; the same from Parquet, and from xlsx
# at its row limit; then ten million short texts. See run.sh for what it finds
# and prints.
set -eu
peer=tests/bench/import_peer.py
big=$BENCH_TMP/texts

# "SECONDS MEGABYTES" of a command: what it took at most of memory.
measure() {
	"$PYTHON" "$peer" run "$@"
}
ours() {
	rm -f "$BENCH_TMP/p.tiger"
	measure "$TAGTIGER" new "$BENCH_TMP/p" --data "$1" --id id --text text
}
theirs() {
	rm -f "$BENCH_TMP/p.db"
	measure "$PYTHON" "$peer" import "$1" "$BENCH_TMP/p.db"
}
# line WHAT OURS PEER TARGET
line() {
	echo "$2 $3" | awk -v what="$1" -v target="$4" '{
		printf "%s, s\t%.2f\t%.2f\t%.1f\t%s\n", what, $1, $3, $3 / $1,
		    target
		printf "%s, MB\t%.0f\t%.0f\t%.1f\t<= 200 MB\n", what, $2, $4,
		    $4 / $2
	}'
}

# Each twice, turn about; the better one counts.
both() {
	a=$(ours "$1")
	b=$(theirs "$1")
	a="$a
$(ours "$1")"
	b="$b
$(theirs "$1")"
	line "$2" "$(echo "$a" | sort -n | sed 1q)" \
	    "$(echo "$b" | sort -n | sed 1q)" "$3"
}

both "$PEERS/deb1m.csv" 'import of 1,000,000 texts, csv' 2
"$PYTHON" "$peer" parquet "$PEERS/deb1m.csv" "$big.parquet"
both "$big.parquet" 'import of 1,000,000 texts, Parquet' 2
rm -f "$big.parquet"
# What pandas takes for xlsx is minutes and gigabytes: a tenth of the rows.
"$BUILD/tests/bench/texts" 104857 "$big.xlsx"
a=$(ours "$big.xlsx")
line 'import of 104,857 texts, xlsx' "$a" "$(theirs "$big.xlsx")" 2
"$BUILD/tests/bench/texts" 1048575 "$big.xlsx"
ours "$big.xlsx" | awk '{
	printf "import of 1,048,575 texts, xlsx, s\t%.1f\t-\t-\t<= 60 s\n", $1
	printf "import of 1,048,575 texts, xlsx, MB\t%.0f\t-\t-\t<= 200 MB\n",
	    $2
}'
rm -f "$big.xlsx"
"$BUILD/tests/bench/texts" 10000000 "$big.csv"
ours "$big.csv" | awk '{
	printf "import of 10,000,000 short texts, s\t%.1f\t-\t-\t<= 60 s\n", $1
	printf "import of 10,000,000 short texts, MB\t%.0f\t-\t-\t<= 800 MB\n",
	    $2
}'
rm -f "$big.csv"
measure "$TAGTIGER" "$BENCH_TMP/p.tiger" info | awk '{
	printf "10,000,000 texts: info, s\t%.2f\t-\t-\t<= 2 s\n", $1 }'
measure "$TAGTIGER" "$BENCH_TMP/p.tiger" next | awk '{
	printf "10,000,000 texts: next, s\t%.2f\t-\t-\t<= 5 s\n", $1
	printf "10,000,000 texts: next, MB\t%.0f\t-\t-\t<= 500 MB\n", $2 }'
