#!/bin/sh
# Acts on a million texts of a project: an import that brings labels, labels by
# id, the same label for all, and taking that back. See run.sh for what it finds
# and prints.
set -eu
p=$BENCH_TMP/bulk

# line WHAT TARGET COMMAND...: its time and peak memory.
line() {
	what=$1 target=$2
	shift 2
	"$PYTHON" tests/bench/import_peer.py run "$@" |
	    awk -v what="$what" -v target="$target" '{
		printf "%s, s\t%.1f\t-\t-\t%s\n", what, $1, target
		printf "%s, MB\t%.0f\t-\t-\t<= 300 MB\n", what, $2 }'
}
line '1,000,000 texts with labels, import' '<= 10 s' "$TAGTIGER" new "$p" \
    --data "$PEERS/deb1m.csv" --id id --text text --label label
"$TAGTIGER" "$p.tiger" scheme add again >/dev/null
"$TAGTIGER" "$p.tiger" export annotations --scheme label \
    --to "$BENCH_TMP/bulk.csv" >/dev/null
"$TAGTIGER" "$p.tiger" label add all --scheme again >/dev/null
cut -d, -f1 "$BENCH_TMP/bulk.csv" | sed 1d >"$BENCH_TMP/bulk.ids"
line '1,000,000 texts, tag-all' '<= 20 s' "$TAGTIGER" "$p.tiger" tag-all \
    --file "$BENCH_TMP/bulk.ids" --label all --scheme again
line '1,000,000 texts, undo of that' '<= 20 s' "$TAGTIGER" "$p.tiger" undo
line '1,000,000 labels, import annotations' '<= 20 s' "$TAGTIGER" "$p.tiger" \
    import annotations "$BENCH_TMP/bulk.csv" --id id --label label \
    --scheme again
