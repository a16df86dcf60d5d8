#!/bin/sh
# Logistic regression beside scikit-learn's in its fastest setting (one
# thread), scaling included; ours must reach its objective times 1 + 1e-4. And
# what selection takes, of 40 labels. See run.sh for what it finds and prints.
set -eu
rc=0
fit() { # CASE NAME TARGET
	peer=$("$PYTHON" tests/bench/bench_logreg.py "$1" "$BENCH_TMP/fit.bin")
	ours=$("$BUILD/tests/bench/logreg" fit "$BENCH_TMP/fit.bin")
	printf '%s\n%s\n' "$ours" "$peer" |
	    awk -v name="$2" -v target="$3" '
		NR == 1 { s = $1; f = $2; warm = $3 }
		NR == 2 {
			printf "%s: objective %s, scikit-learn %s, " \
			    "refit %s s\n", name, f, $2, warm >"/dev/stderr"
			if (f > $2 * (1 + 1e-4)) {
				print "above its objective" >"/dev/stderr"
				exit 1
			}
			printf "%s, s\t%.3f\t%.3f\t%.1f\t%s\n", name, s, $1, \
			    $1 / s, target
		}' || rc=1
}
fit dense1000 "logistic regression, 1,000 embeddings" 2
fit dense10000 "logistic regression, 10,000 embeddings" 3
fit sparse10000 "logistic regression, 10,000 tf-idf" 3
peer=$("$PYTHON" tests/bench/bench_logreg.py cv2000 "$BENCH_TMP/fit.bin")
ours=$("$BUILD/tests/bench/logreg" cv "$BENCH_TMP/fit.bin")
printf '%s\n%s\n' "$ours" "$peer" | awk '
	NR == 1 { s = $1; a = $2 }
	NR == 2 {
		printf "10 folds: accuracy %s, scikit-learn %s\n", a, $2 \
		    >"/dev/stderr"
		if (a < $2 - 0.02)
			exit 1
		printf "10-fold cross-validation, 2,000 embeddings, s\t" \
		    "%.3f\t%.3f\t%.1f\t3\n", s, $1, $1 / s
	}' || rc=1
for n in 100000 1000000; do
	"$BUILD/tests/bench/logreg" select "$n" | awk -v n="$n" '{
		printf "active pick of %d, 99th percentile, ms\t%s\t-\t-\t" \
		    "<= 10 ms\n", n, $1
		printf "its order by score (once a model): %s ms; without it " \
		    "%s ms a pick\n", $2, $3 >"/dev/stderr"
	}' || rc=1
done
exit $rc
