#!/bin/sh
# Table over 1,000,000 texts (475 MB): its first page and the End key right
# after the program has started, filters by a regular expression until all of
# the listing is there, and orders. The file is in the page cache ("warm"),
# the program has just been started: it remembers nothing of a pattern. See
# run.sh for what it finds and prints, screen.c for what is measured.
set -eu
d=$BENCH_TMP/table
mkdir -p "$d"
one='common files|game engine|chess|wavelet'
three='python.*(library|module)'
"$PYTHON" - "$PEERS/deb1m.csv" "$d/texts.csv" "$one" qzxqzx "$three" <<'PY'
import csv
import re
import sys

csv.field_size_limit(1 << 30)
patterns = {p: 0 for p in sys.argv[3:]}
with open(sys.argv[1], newline="") as f, \
        open(sys.argv[2], "w", newline="") as out:
    rows = csv.reader(f)
    next(rows)
    w = csv.writer(out)
    w.writerow(["id", "text", "source"])
    n = 0
    for n, row in enumerate(rows, 1):
        w.writerow([f"d{n - 1}", row[1], row[2]])
        for p in patterns:
            patterns[p] += re.search(p, row[1], re.I) is not None
for p, k in patterns.items():
    print(f"/{p}/ matches {100 * k / n:.2f} % of {n:,} texts", file=sys.stderr)
PY
p=$d/table.tiger
"$TAGTIGER" new "$p" --data "$d/texts.csv" --id id --text text \
	--context source >"$d/log"
for l in library module application; do
	"$TAGTIGER" "$p" label add $l >>"$d/log"
done
rm "$d/texts.csv"
cat "$p" >/dev/null
acts() {
	HOME=$d XDG_STATE_HOME=$d/state "$BUILD/tests/bench/screen" acts "$@"
}
f2=$(printf '\033OQ') f4=$(printf '\033OS') end=$(printf '\033OF') enter=$(printf '\r')
all=:list-all$enter
# Left in another view, the account does not start in Table; a filter is kept.
{
	acts 1 "$p" "-$f2"
	acts 11 "$p" "$f4" "$end" "-/$one" "$enter" "-$all" "-$f2"
	acts 5 "$p" "-$f4" "-/qzxqzx" "$enter" "-$all"
	acts 5 "$p" "-$f4" "-/$three" "$enter" "-$all"
	acts 3 "$p" "-$f4" "-:sort length" "$enter" "-:sort text" "$enter" \
		"-:sort source" "$enter"
} >"$d/figures"
awk -v one="$one" -v three="$three" '
	BEGIN {
		what[1] = "first page"
		what[2] = "End"
		what[3] = "/" one "/ (1 %)"
		what[4] = "/qzxqzx/ (none)"
		what[5] = "/" three "/"
		what[6] = "sort by length"
		what[7] = "sort by text"
		what[8] = "sort by a column"
		bound[1] = bound[2] = "<= 50 ms"
		bound[3] = bound[4] = "<= 1000 ms"
	}
	{
		printf "Table, 1,000,000 texts, %s, warm, ms\t%s\t-\t-\t%s\n", \
		    what[NR], $1, NR in bound ? bound[NR] : "-"
		printf "  the same, worst\t%s\t-\t-\t-\n", $2
	}' "$d/figures"
