#!/bin/sh
# Fine-tuning steps over 200 texts of up to 512 tokens in f32, beside the
# usual PyTorch loop; see run.sh for what it finds and prints.
set -eu
rc=0
for size in 4 32; do
	peer=$("$PYTHON" tests/bench/bench_torch.py finetune \
	    "$BENCH_TMP/texts.bin" $size 2>"$BENCH_TMP/log") ||
	    { cat "$BENCH_TMP/log" >&2; exit 1; }
	ours=$("$BUILD/tests/bench/finetune" "$TAGTIGER_TEST_BASE" \
	    "$BENCH_TMP/texts.bin" $size)
	printf '%s\n%s\n' "$ours" "$peer" | awk -v size=$size '
		NR == 1 { s = $1; n = $2 }
		NR == 2 {
			if (n != $2) {
				print "tokens: " n ", transformers " $2 \
				    >"/dev/stderr"
				exit 1
			}
			printf "fine-tuning, batch %d, texts/s\t%.2f\t%.2f" \
			    "\t%.2f\t1\n", size, s, $1, s / $1
		}' || rc=1
done
exit $rc
