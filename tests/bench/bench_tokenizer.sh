#!/bin/sh
# Tokenising 60,000 texts on one thread beside the tokenizers library; see
# run.sh for what it finds and prints.
set -eu
RAYON_NUM_THREADS=1 "$PYTHON" tests/bench/bench_texts.py tokenize \
    "$BENCH_TMP/texts.bin" >"$BENCH_TMP/peer"
base=$(sed -n 2p "$BENCH_TMP/peer")
ours=$("$BUILD/tests/bench/tokenize" "$base" "$BENCH_TMP/texts.bin")
{ echo "$ours"; sed -n 1p "$BENCH_TMP/peer"; } | awk '
	NR == 1 { s = $1; n = $2 }
	NR == 2 {
		if (n != $2) {
			printf "tokens: %d, tokenizers %d\n", n, $2 \
			    >"/dev/stderr"
			exit 1
		}
		printf "tokens of 60,000 texts, s\t%.3f\t%.3f\t%.1f\t10\n", \
		    s, $1, $1 / s
	}'
