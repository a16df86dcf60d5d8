# Others whose clock is hours off, and who died on this machine or on another:
# nobody is kept from texts for long, what was told stands in the order in which
# it came, and what cannot be known is said.
. tests/tap.sh
elsewhere=$BUILD/tests/tools/elsewhere
cd "$w" || exit
awk 'BEGIN { print "id,text"; for (i = 1; i <= 12; i++)
	printf "%d,text %d about thing%d\n", i, i, i % 7 }' >d.csv
run_ok new p --data d.csv --id id --text text
run_ok p.tiger label add a
run_ok p.tiger label add b
here=$TAGTIGER
# at SECONDS HOST WORD...: the program with that clock, on that machine.
at() {
	export ELSEWHERE_SECONDS="$1" ELSEWHERE_HOST="$2"
	shift 2
	TAGTIGER=$elsewhere
	run "$@"
	TAGTIGER=$here
	unset ELSEWHERE_SECONDS ELSEWHERE_HOST
}
at_ok() {
	at "$@"
	status 0 "$tap_ran, at $1 s on $2"
}

# ---- the clock goes back by hours between two processes ----

at_ok 18000 other p.tiger tag 1 a
at_ok 18000 other p.tiger tag 2 a
run_ok p.tiger tag 1 b
at_ok -18000 other p.tiger tag 3 b
run_ok p.tiger history --json
is "$(json '.events[0].summary'), $(json '.events[1].summary')" \
    'tagged 3: b, tagged 1: b' 'the log is in its own order, not in that of the clocks'
run_ok p.tiger undo --json
is "$(json .id)" 3 'undo takes back what came last'
run_ok p.tiger undo --json
is "$(json .id)" 1 'and then what came before it'
run_ok p.tiger export annotations --out a.csv
is "$(cut -d, -f1,5 a.csv | head -n 3 | tail -n 2 | tr '\n' ' ')" '1,a 2,a ' \
    'the older label of a later time stands again'
run_ok p.tiger check

# A snapshot from the future is none that has expired.
at_ok 18000 other p.tiger snapshot take
run_ok p.tiger snapshot take
run_ok p.tiger snapshot list --json
is "$(json '.snapshots[#]')" 2 'a snapshot from the future is kept'

# ---- died, while a job of theirs waited ----

# die HOST: an import that waits for its file is killed there; $job is its row.
mkfifo in.csv
die() {
	exec 3<>in.csv
	ELSEWHERE_HOST=$1 "$elsewhere" p.tiger import texts in.csv --id id \
	    --text text >/dev/null 2>&1 &
	pid=$!
	job=
	while [ -z "$job" ]; do
		run_ok p.tiger job list --json
		[ "$(json '.jobs[0].state')" != queued ] ||
		    job=$(json '.jobs[0].job')
	done
	kill -9 $pid
	wait $pid 2>/dev/null
	exec 3>&-
}
state() {
	out=$("$@" p.tiger job list --json)
	json '.jobs[0].state'
}
die "$(uname -n)"
is "$(state "$here")" died 'a process of this machine is known to be gone'
run_ok p.tiger tag 4 a
die other
is "$(state "$here")" queued 'one of another machine is not'
run_ok p.tiger tag 5 a
run_ok p.tiger job list
like "$out" 'import texts .*on other, heard of last at 20' 'where it runs is said'
run p.tiger delete --yes
status 4 'the project is not deleted meanwhile'
like "$err" "job $job .*on other: .*counts as dead when nothing is heard" \
    'nor for ever: when is said'
is "$(ELSEWHERE_SECONDS=3660 state "$elsewhere")" died \
    'after an hour without a word it counts as dead'
is "$(ELSEWHERE_SECONDS=-7200 state "$elsewhere")" died \
    'and so where the clock went back: it would never be'
run_ok p.tiger check
done_testing
