#!/bin/sh
# Embedding 1,000 texts with MiniLM in f32 beside sentence-transformers; see
# run.sh for what it finds and prints.
set -eu
peer=$("$PYTHON" tests/bench/bench_torch.py embed "$BENCH_TMP/texts.bin" \
    2>"$BENCH_TMP/log") || { cat "$BENCH_TMP/log" >&2; exit 1; }
ours=$("$BUILD/tests/bench/encode" "$TAGTIGER_TEST_BASE" \
    "$BENCH_TMP/texts.bin")
printf '%s\n%s\n' "$ours" "$peer" | awk '
	NR == 1 { s = $1; sum = $2 }
	NR == 2 {
		e = (sum - $2) / $2
		if (e > 1e-5 || e < -1e-5) {
			print "embeddings add up to " sum ", not " $2 \
			    >"/dev/stderr"
			exit 1
		}
		printf "embeddings, texts/s\t%.1f\t%.1f\t%.2f\t1\n", s, $1, \
		    s / $1
	}'
