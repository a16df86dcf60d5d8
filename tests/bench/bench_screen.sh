#!/bin/sh
# Start to first screen, and a label's key to the next text, with a project of
# 100,000 texts and another process that writes; see run.sh for what it finds
# and prints, screen.c for what is measured.
set -eu
d=$BENCH_TMP/screen
mkdir -p "$d"
"$PYTHON" - "$PEERS/deb1m.csv" "$d/texts.csv" "$d/other" <<'PY'
import csv
import sys

csv.field_size_limit(1 << 30)
with open(sys.argv[1], newline="") as f, \
        open(sys.argv[2], "w", newline="") as out, \
        open(sys.argv[3], "w") as other:
    rows = csv.reader(f)
    next(rows)
    w = csv.writer(out)
    w.writerow(["id", "text", "source"])
    for i, row in enumerate(rows):
        if i == 100000:
            break
        w.writerow([f"d{i}", row[1], row[2]])
        if i >= 90000:
            other.write(f"d{i}\n")
PY
p=$d/screen.tiger
"$TAGTIGER" new "$p" --data "$d/texts.csv" --id id --text text \
	--context source >"$d/log"
for l in games science network; do
	"$TAGTIGER" "$p" label add $l >>"$d/log"
done
"$TAGTIGER" "$p" scheme add other >>"$d/log"
"$TAGTIGER" "$p" label add one --scheme other >>"$d/log"
HOME=$d XDG_STATE_HOME=$d/state "$BUILD/tests/bench/screen" "$p" 21 1500 \
	"$d/other" >"$d/figures"
awk '
	$1 == "start" {
		printf "start to first screen, 100,000 texts, ms\t%s\t-\t-\t" \
		    "<= 50 ms\n", $2
		printf "  the same, worst of 21\t%s\t-\t-\t-\n", $3
	}
	$1 == "key" {
		printf "key to next text, p99 of 1,500, ms\t%s\t-\t-\t" \
		    "<= 10 ms\n", $3
		printf "  the same, median\t%s\t-\t-\t-\n", $2
		printf "  bytes a key\t%s\t-\t-\t-\n", $5
	}' "$d/figures"
