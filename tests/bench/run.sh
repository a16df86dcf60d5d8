#!/bin/sh
# run.sh [NAME...]: the figures that matter to users, each beside that of the
# program one would use instead: same machine, data and threads, one after the
# other. `make bench T=bench_logreg` runs one.
#
# A tests/bench/bench_*.sh prints, tab-separated, a line for each figure:
#	name	ours	peer	ratio	target
# and says what else it has to say on standard error. ratio is how many times
# as good ours is; target is the least ratio wanted, or "<= 10 ms" and the like
# for a bound on ours (peer and ratio are then "-"). It finds here:
#	$TAGTIGER $BUILD	the program, and where test programs are
#	$PEERS			deb.csv, deb1m.csv, deb.parquet, deb20k.xlsx,
#				emb50k.npy (see peers/setup.sh)
#	$PYTHON			a Python with the peers
#	$BENCH_TMP		a folder for what it makes
set -u
: "${BUILD:=build}" "${TAGTIGER_TEST_BASE:=}"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tagtiger
PEERS=${TAGTIGER_PEERS:-$cache/peers}
if [ ! -s "$PEERS/emb50k.npy" ]; then
	echo "Setting up the programs to compare with in $PEERS (7 GB, once)"
	sh tests/bench/peers/setup.sh "$PEERS" || exit
fi
case $BUILD in /*) ;; *) BUILD=$(pwd -P)/$BUILD ;; esac
PEERS=$(cd "$PEERS" && pwd -P)
PYTHON=$PEERS/venv/bin/python
BENCH_TMP=$(mktemp -d "${TMPDIR:-/tmp}/tagtiger-bench.XXXXXX") || exit
trap 'rm -rf "$BENCH_TMP"' EXIT
trap 'exit 1' HUP INT TERM
: "${TAGTIGER_THREADS:=2}"
export BUILD PEERS PYTHON BENCH_TMP TAGTIGER_THREADS TAGTIGER_TEST_BASE
export TAGTIGER="$BUILD/tagtiger" BENCH_DATA="$PEERS"
export TAGTIGER_BASE="${TAGTIGER_TEST_BASE%/*}"
export TAGTIGER_TORCH_SHIM="$BUILD/libtagtiger-torch.so"
export OMP_NUM_THREADS="$TAGTIGER_THREADS" MKL_NUM_THREADS="$TAGTIGER_THREADS"
export HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
# The peers' BLAS picks its kernels itself, as it would on a user's machine.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

out=$BUILD/bench.txt
{
	echo "# $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)," \
	    "$(nproc) processors, $TAGTIGER_THREADS threads, $(date -u +%F)"
	printf '# name\tours\tpeer\tratio\ttarget\n'
} >"$out"
sed 1q "$out"
printf '%-44s %12s %12s %8s  %s\n' name ours peer ratio target
rc=0
for b in tests/bench/bench_*.sh; do
	name=${b##*/}
	name=${name%.sh}
	[ -f "$b" ] || continue
	case " ${*:-$name} " in
	*" $name "*) ;;
	*) continue ;;
	esac
	sh "$b" >"$BENCH_TMP/lines" || {
		echo "$name failed" >&2
		rc=1
	}
	cat "$BENCH_TMP/lines" >>"$out"
	awk -F '\t' '{ printf "%-44s %12s %12s %8s  %s\n", $1, $2, $3, $4, $5 }' \
	    "$BENCH_TMP/lines"
done
echo "written to $out"
exit $rc
