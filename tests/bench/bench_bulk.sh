#!/bin/sh
# Acts on a million texts of a project: an import that brings labels, the same
# label for all, taking that back, and labels by id; and how long these keep
# others from writing and reading. See run.sh for what it finds and prints.
set -eu
p=$BENCH_TMP/bulk
csv=$PEERS/deb1m.csv

# watched WHAT TARGET WRITERS READERS COMMAND...: and how long others wait.
watched() {
	what=$1 target=$2 writers=$3 readers=$4
	shift 4
	"$PYTHON" tests/bench/lock_watch.py "$p.tiger" "$@" |
	    awk -v what="$what" -v target="$target" -v writers="$writers" \
	    -v readers="$readers" '{
		printf "%s, s\t%.1f\t-\t-\t%s\n", what, $1, target
		printf "%s, MB\t%.0f\t-\t-\t<= 400 MB\n", what, $3
		printf "%s: others write after, s\t%.1f\t-\t-\t%s\n", what,
		    $4, writers
		printf "%s: others read after, s\t%.1f\t-\t-\t%s\n", what,
		    $5, readers }'
}
# line WHAT TARGET COMMAND...: its time and peak memory.
line() {
	what=$1 target=$2
	shift 2
	"$PYTHON" tests/bench/import_peer.py run "$@" |
	    awk -v what="$what" -v target="$target" '{
		printf "%s, s\t%.1f\t-\t-\t%s\n", what, $1, target
		printf "%s, MB\t%.0f\t-\t-\t<= 500 MB\n", what, $2 }'
}
line 'import of 1,000,000 texts with labels' '<= 12 s' "$TAGTIGER" new "$p" \
    --data "$csv" --id id --text text --label label
"$TAGTIGER" "$p.tiger" scheme add again >/dev/null
"$TAGTIGER" "$p.tiger" label add all --scheme again >/dev/null
"$PYTHON" -c 'import csv, sys
for row in csv.DictReader(sys.stdin):
    print(row["id"])' <"$csv" >"$p.ids"
watched 'tag-all of 1,000,000' '<= 15 s' '<= 15 s' '<= 5 s' \
    "$TAGTIGER" "$p.tiger" tag-all --file "$p.ids" --label all --scheme again
watched 'undo of that' '<= 15 s' '<= 15 s' '<= 5 s' "$TAGTIGER" "$p.tiger" undo
watched 'annotations of 1,000,000' '<= 15 s' '<= 10 s' '<= 5 s' \
    "$TAGTIGER" "$p.tiger" import annotations "$csv" --id id --label label \
    --scheme again
