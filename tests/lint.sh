#!/bin/sh
# lint.sh CPPFLAGS...: what the compilers don't say. Each tool that is not
# installed is named and passed over; any finding ends it with status 1.
set -u
bad=0
src=$(find src include tests -name '*.[ch]' -o -name '*.cc' | sort)
tool() {
	command -v "$1" >/dev/null 2>&1 && echo "== $1" && return
	echo "== $1 is not installed: passed over"
	return 1
}
# Where clang-format and a hand-made table differ the hand wins: what it says
# is shown, and counts only for lines past the hard limit.
if tool clang-format; then
	# shellcheck disable=SC2086
	clang-format -n $src 2>&1 | grep -c 'clang-format-violations' |
	    sed 's/$/ places that clang-format would lay out otherwise/'
	# shellcheck disable=SC2086
	awk '{ s = $0; while ((i = index(s, "\t")) > 0) {
		pad = substr("        ", 1, 8 - (i - 1) % 8)
		s = substr(s, 1, i - 1) pad substr(s, i + 1) }
		if (length(s) > 100) {
			print FILENAME ":" FNR ": longer than 100 columns"; n++ } }
		END { exit n > 0 }' $src || bad=1
fi
if tool clang-tidy; then
	# shellcheck disable=SC2046
	clang-tidy --quiet --warnings-as-errors='*' \
	    --checks='-*,clang-analyzer-core.*,clang-analyzer-unix.*,clang-analyzer-deadcode.*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-assignment-in-if-condition,-bugprone-implicit-widening-of-multiplication-result,-bugprone-branch-clone,-bugprone-suspicious-include,-bugprone-macro-parentheses,-bugprone-not-null-terminated-result,-bugprone-sizeof-expression' \
	    $(find src -name '*.c' | sort) -- -std=gnu17 "$@" 2>/dev/null ||
	    bad=1
fi
if tool cppcheck; then
	# shellcheck disable=SC2046
	cppcheck --quiet --std=c11 --language=c --inline-suppr -j 2 \
	    --enable=warning,performance,portability --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=unknownMacro \
	    --suppress=nullPointerRedundantCheck \
	    --suppress=invalidPointerCast -Iinclude -D_GNU_SOURCE \
	    $(find src -name '*.c' | sort) || bad=1
fi
if tool mandoc; then
	for m in man/*.[157]; do
		[ ! -f "$m" ] || mandoc -Tlint -Wwarning "$m" || bad=1
	done
fi
if tool shellcheck; then
	# shellcheck disable=SC2046
	shellcheck -S warning -x -s sh configure .ci/run \
	    $(find deps tests data -name '*.sh' -o -name '*.t' |
	    grep -v tests/screen/) || bad=1
fi
exit $bad
