#!/bin/sh
# run.sh [NAME...]: each fuzzer for $FUZZ_SECONDS (60), from the seeds in
# tests/fuzz/corpus/NAME, on what earlier runs found as well. Ends with a
# status other than 0 when one crashed, and says where the input is.
set -u
: "${BUILD:=build/fuzz}" "${FUZZ_SECONDS:=60}"
bad=0
for f in tests/fuzz/fuzz_*.c; do
	[ -f "$f" ] || continue
	name=${f##*/fuzz_}
	name=${name%.c}
	case " ${*:-$name} " in
	*" $name "* | *" fuzz_$name "*) ;;
	*) continue ;;
	esac
	found=$BUILD/corpus/$name
	mkdir -p "$found" "$BUILD/crash"
	echo "== $name, $FUZZ_SECONDS seconds"
	seeds=
	[ -d "tests/fuzz/corpus/$name" ] && seeds=tests/fuzz/corpus/$name
	# shellcheck disable=SC2086
	"$BUILD/tests/fuzz/fuzz_$name" -max_total_time="$FUZZ_SECONDS" \
	    -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 \
	    -artifact_prefix="$BUILD/crash/$name-" "$found" $seeds \
	    >"$BUILD/crash/$name.log" 2>&1 || {
		tail -n 40 "$BUILD/crash/$name.log"
		bad=$((bad + 1))
	}
	grep -a -e 'stat::number_of_executed_units' "$BUILD/crash/$name.log"
done
[ $bad = 0 ] || { echo "$bad fuzzers found something: see $BUILD/crash"; exit 1; }
