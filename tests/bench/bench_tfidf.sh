#!/bin/sh
# TF-IDF of 60,000 texts beside scikit-learn's, with the same matrix; see
# run.sh for what it finds and prints.
set -eu
peer=$("$PYTHON" tests/bench/bench_texts.py tfidf "$BENCH_TMP/texts.bin")
ours=$("$BUILD/tests/bench/tfidf" "$BENCH_TMP/texts.bin")
printf '%s\n%s\n' "$ours" "$peer" | awk '
	NR == 1 { s = $1; d = $2; nnz = $3; sum = $4 }
	NR == 2 {
		e = (sum - $4) / $4
		if (d != $2 || nnz != $3 || e > 1e-6 || e < -1e-6) {
			printf "tf-idf: %d features, %d entries, sum %s; ", \
			    d, nnz, sum >"/dev/stderr"
			printf "scikit-learn %d, %d, %s\n", $2, $3, $4 \
			    >"/dev/stderr"
			exit 1
		}
		printf "tf-idf of 60,000 texts, s\t%.3f\t%.3f\t%.1f\t3\n", \
		    s, $1, $1 / s
	}'
