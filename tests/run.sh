#!/bin/sh
# run.sh [TEST...]: the tests, two at a time; a TEST is "unit/test_buf" or
# "cmd/new.t". Called by `make check`, which has built what they need.
#
# Each speaks TAP, in a home and temporary folder of its own. What fails is
# shown with its output, and the last line is "N passed, N failed, N skipped".
# Where libtorch is configured a skipped test that needs it is a failure: all
# of parity/, and what names libtorch as the reason.
set -u
: "${BUILD:=build}" "${UPDATE:=}" "${TAGTIGER_HAVE_TORCH:=0}"
: "${TAGTIGER_TEST_BASE:=}" "${JOBS:=2}" "${KEYS:=}"
: "${TAGTIGER_TEST_TIME:=$([ "$KEYS" ] && echo 21600 || echo 1200)}"
case $BUILD in /*) ;; *) BUILD=$(pwd -P)/$BUILD ;; esac
out=$BUILD/check

# run_one TEST: its output goes to $out/NAME.out, its status to $out/NAME.rc.
run_one() {
	file=$out/$(printf %s "$1" | tr / _)
	home=$(mktemp -d) || exit
	mkdir "$home/tmp"
	export HOME="$home" TMPDIR="$home/tmp" TEST_NAME="$1"
	export XDG_CONFIG_HOME="$home/.config" XDG_CACHE_HOME="$home/.cache"
	export XDG_DATA_HOME="$home/.local/share"
	export XDG_STATE_HOME="$home/.local/state"
	case $1 in
	screen/*.t)
		# While curses runs, standard error goes to its log.
		own=log_path=stdout:handle_segv=2:handle_abort=2
		ASAN_OPTIONS=$ASAN_OPTIONS:$own
		TSAN_OPTIONS=$TSAN_OPTIONS:log_path=stdout
		set -- "$BUILD/tests/screen/driver" "tests/$1" ;;
	*.t | *.sh) set -- sh "tests/$1" ;;
	*) set -- "$BUILD/tests/$1" ;;
	esac
	# What runs as long as this hangs.
	timeout "$TAGTIGER_TEST_TIME" "$@" >"$file.out" 2>&1 </dev/null
	echo $? >"$file.rc"
	rm -rf "$home"
}

if [ "${1-}" = --one ]; then
	run_one "$2"
	exit
fi

list_all() {
	# The long ones first, so that none of them runs alone at the end.
	for f in tests/crash/*.t tests/crash/test_*.c tests/parity/test_*.c \
	    tests/cmd/*.t tests/screen/*.t tests/unit/test_*.c; do
		[ -f "$f" ] || continue
		f=${f#tests/}
		echo "${f%.c}"
	done
	for f in tests/fuzz/fuzz_*.c; do
		f=${f#tests/fuzz/fuzz_}
		echo "fuzz/test_${f%.c}"
	done
	echo check-layers.sh
}

needs_torch() {
	case $1 in parity/*) return 0 ;; esac
	grep -qi 'skip.*torch' "$file.out"
}

# count TEST: adds what it printed to the sums, and shows it if it failed. A
# program that ends badly, or before its plan is done, counts as one failure.
count() {
	file=$out/$(printf %s "$1" | tr / _)
	rc=$(cat "$file.rc" 2>/dev/null || echo 127)
	# cmocka 1.1 writes a skipped test as "not ok N # SKIP".
	# shellcheck disable=SC2046
	set -- "$1" $(awk '
		/^1\.\.[0-9]+/ { plan += substr($1, 4) }
		/^(not )?ok .*# *[Ss][Kk][Ii][Pp]/ { skip++; next }
		/^ok / { ok++ }
		/^not ok / { bad++ }
		END { print ok + 0, bad + 0, skip + 0, plan + 0 }
	' "$file.out")
	why=
	if [ "$3" -gt 0 ]; then
		why="$3 failed"
	elif [ "$rc" = 124 ]; then
		why="still running after $TAGTIGER_TEST_TIME seconds"
	elif [ "$rc" != 0 ] && [ "$rc" != 77 ]; then
		why="ended with status $rc"
	elif [ $(($2 + $3 + $4)) != "$5" ]; then
		why="planned $5 tests, ran $(($2 + $3 + $4))"
	elif [ "$5" = 0 ] && [ "$rc" != 77 ]; then
		why="ran no test"
	elif [ "$4" -gt 0 ] && [ "$TAGTIGER_HAVE_TORCH" = 1 ] &&
	    needs_torch "$1"; then
		why="$4 skipped, with libtorch configured"
		set -- "$1" "$2" "$4" 0 "$5"
	fi
	if [ "$why" ] && [ "$3" = 0 ]; then
		set -- "$1" "$2" 1 "$4" "$5"
	fi
	passed=$((passed + $2)) failed=$((failed + $3))
	skipped=$((skipped + $4))
	if [ "$why" ]; then
		printf '%s: %s\n' "$1" "$why"
		tail -n 200 "$file.out" | sed 's/^/    /'
	else
		printf '%s: %s%s\n' "$1" "$2" \
		    "$([ "$4" -gt 0 ] && echo ", $4 skipped")"
	fi
}

# A clean environment: what the caller's account has set must not show.
for name in $(env | sed -n 's/^\(TAGTIGER_[A-Z_]*\|LC_[A-Z]*\)=.*/\1/p'); do
	case $name in
	TAGTIGER_HAVE_TORCH | TAGTIGER_TEST_BASE | TAGTIGER_TEST_TIME) ;;
	*) unset "$name" ;;
	esac
done
unset NO_COLOR COLUMNS LINES EDITOR VISUAL PAGER LANGUAGE XDG_RUNTIME_DIR
export LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC TERM=xterm-256color
export BUILD UPDATE TAGTIGER_HAVE_TORCH TAGTIGER_TEST_BASE TAGTIGER_TEST_TIME
export TAGTIGER="$BUILD/tagtiger" TAGTIGER_THREADS=2
export TAGTIGER_TORCH_SHIM="$BUILD/libtagtiger-torch.so"
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=exitcode=99 TSAN_OPTIONS=exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1

rm -rf "$out"
mkdir -p "$out" || exit
if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	list_all
fi >"$out/list"
xargs -n 1 -P "$JOBS" sh "$0" --one <"$out/list"

passed=0 failed=0 skipped=0
while read -r name; do
	count "$name"
done <"$out/list"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ $((passed + skipped)) -gt 0 ]
