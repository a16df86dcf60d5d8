# shellcheck shell=sh
# For command tests (tests/cmd/*.t), read with `. tests/tap.sh`. They run in
# the repository's root with HOME, XDG_* and TMPDIR in a folder of their own,
# which is removed after them; $TAGTIGER is the program.
#
#	run [-i TEXT] WORD...	run the program; what it wrote is $out and
#				$err, its exit status $rc
#	run_ok WORD...		the same, and it is a failed test unless it is 0
#	is GOT WANT NAME	the strings are equal
#	like TEXT REGEX NAME	an extended regular expression matches
#	unlike TEXT REGEX NAME
#	status N NAME		the last run ended with N
#	json PATH		the value at PATH (.labels[0].label) of $out
#	json_is PATH WANT NAME
#	near GOT WANT TOLERANCE NAME	numbers
#	ok NAME COMMAND...	the command succeeds
#	skip_all REASON		without libtorch, say: ends the script
#	two_accounts		go to a folder that nobody reaches too, with the
#				program in it ($base, $uid, $gid), or skip_all
#	as_nobody WORD...	run it by the account nobody
#	small_project [LINE...]	p.tiger of 12 texts, odd and even, six tagged; the
#				lines are run in it
#	done_testing		the last line

set -u
tap_n=0 tap_bad=0
out= err= rc=0
w=$TMPDIR

tap_result() {
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$tap_n" "$2"
	else
		printf 'not ok %d - %s\n' "$tap_n" "$2"
		tap_bad=$((tap_bad + 1))
	fi
	return "$1"
}
tap_note() {
	printf '%s\n' "$@" | sed 's/^/#   /'
}

run() {
	rc=0
	if [ "${1-}" = -i ]; then
		tap_in=$2
		shift 2
		printf '%s' "$tap_in" |
		    "$TAGTIGER" "$@" >"$w/.out" 2>"$w/.err" || rc=$?
	else
		"$TAGTIGER" "$@" >"$w/.out" 2>"$w/.err" </dev/null || rc=$?
	fi
	out=$(cat "$w/.out") err=$(cat "$w/.err")
	tap_ran="tagtiger $*"
}
run_ok() {
	run "$@"
	[ "$rc" = 0 ] || tap_result 1 "$tap_ran" || {
		tap_note "status $rc" "$out" "$err"
	}
	[ "$rc" = 0 ]
}
is() {
	[ "$1" = "$2" ]
	tap_result $? "$3" || tap_note "got:  $1" "want: $2"
}
like() {
	printf '%s\n' "$1" | grep -Eq -e "$2"
	tap_result $? "$3" || tap_note "in:      $1" "matches no: $2"
}
unlike() {
	! printf '%s\n' "$1" | grep -Eq -e "$2"
	tap_result $? "$3" || tap_note "in:      $1" "matches: $2"
}
status() {
	[ "$rc" = "$1" ]
	tap_result $? "$2" || tap_note "$tap_ran" "status $rc, not $1" "$err"
}
json() {
	printf '%s\n' "$out" | "$BUILD/tests/tools/json" "$1"
}
json_is() {
	is "$(json "$1")" "$2" "$3"
}
near() {
	awk "BEGIN { d = ($1) - ($2); exit !(d <= $3 && -d <= $3) }" \
	    2>/dev/null
	tap_result $? "$4" || tap_note "got:  $1" "want: $2 within $3"
}
ok() {
	tap_name=$1
	shift
	"$@" >"$w/.ok" 2>&1
	tap_result $? "$tap_name" || tap_note "$*" "$(cat "$w/.ok")"
}
skip_all() {
	echo "1..1"
	echo "ok 1 # SKIP $1"
	exit 0
}
two_accounts() {
	[ "$(id -u)" = 0 ] || skip_all 'needs root, to be two accounts'
	command -v setpriv >/dev/null || skip_all 'needs setpriv'
	uid=$(id -u nobody 2>/dev/null) || skip_all 'there is no account nobody'
	gid=$(id -g nobody)
	base=$(mktemp -d /var/tmp/tagtiger-test.XXXXXX) || exit
	trap 'rm -rf "$base"' EXIT
	chmod 755 "$base"
	cp "$TAGTIGER" "$base/tagtiger"
	cd "$base" || exit
}
as_nobody() {
	setpriv --reuid "$uid" --regid "$gid" --clear-groups \
	    env HOME="$base" "$base/tagtiger" "$@"
}
small_project() {
	{
		echo 'id,text'
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			echo "$i,text $i about $((i % 2)) things"
		done
	} >d.csv
	run_ok new p --data d.csv --id id --text text
	{
		echo label add odd
		echo label add even
		for i in 1 3 5; do echo "tag $i odd"; done
		for i in 2 4 6; do echo "tag $i even"; done
		printf '%s\n' "$@"
	} | "$TAGTIGER" p.tiger >/dev/null
}
done_testing() {
	echo "1..$tap_n"
	[ $tap_bad = 0 ]
	exit
}
