# Double annotation: a share of the texts, or all, for a second annotator.
. tests/tap.sh
two_accounts
as_other() {
	as_nobody "$@" </dev/null
}
{
	echo 'id,text'
	for i in $(seq 1 40); do echo "$i,words of the text $i"; done
} >d.csv
mkdir shared
run_ok new shared/p --data d.csv --id id --text text
p=$base/shared/p.tiger
run_ok "$p" label add a
run_ok "$p" label add b
run_ok "$p" user add nobody

# work WHO COMMAND...: that account tags until nothing is left; the ids.
work() {
	who=$1 label=$2
	shift 2
	while :; do
		got=$("$@" "$p" next --mode random --json)
		id=$(printf '%s\n' "$got" | "$BUILD/tests/tools/json" .id)
		[ -n "$id" ] && [ "$id" != null ] || break
		printf '%s %s %s\n' "$who" "$id" \
		    "$(printf '%s\n' "$got" | "$BUILD/tests/tools/json" .why)"
		"$@" "$p" tag "$id" "$label" >/dev/null
	done
}

# ---- without it nobody gets what another has ----
run_ok "$p" next --mode sequential
is "$(as_other "$p" next --mode sequential --json |
    "$BUILD/tests/tools/json" .id)" 2 'the first one is held'
run "$p" config double 1.5
status 2 'a share is 0 to 1'
run "$p" config annotators 9
status 2 'and people at most 7'

# ---- a share ----
run_ok "$p" config double 0.25
work me a "$TAGTIGER" >one
is "$(wc -l <one | tr -d ' ')" 39 'one account tags all, but what is held'
unlike "$(cat one)" second 'its own opinion is none of these'
work they b as_other >two
n=$(grep -c 'second opinion; random: 1 of ' two)
ok 'a share gets a second opinion' test "$n" -gt 3 -a "$n" -lt 20
like "$(head -1 two)" 'second opinion' 'these come first'
like "$(tail -1 two)" '^they [0-9]+ random' 'and then the others'
run_ok "$p" agreement --json
json_is .n "$n" 'agreement has them'
cut -d' ' -f2 two | sort >again
is "$(uniq -d again)" '' 'no one twice'
run_ok "$p" next --json
json_is .id null 'nothing is left'

# ---- all ----
run_ok "$p" config double all --json
json_is .value 1 'all are all'
work they b as_other >three
is "$(cat two three | cut -d' ' -f2 | sort -u | wc -l | tr -d ' ')" 40 \
    'the other account gets every text'
run_ok "$p" next --json
unlike "$(json .id)" '^null$' 'and this one what only the other has'
like "$(json .why)" '^second opinion' 'as a second opinion'
run_ok "$p" tag "$(json .id)" b
run_ok "$p" next --json
json_is .id null 'two are enough'
run_ok "$p" config annotators 3
run_ok "$p" next --json
json_is .id null 'a third one would have to be somebody else'
run_ok "$p" check
done_testing
