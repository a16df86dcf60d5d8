# A project that two accounts work on: root here, and the system's nobody.
. tests/tap.sh
two_accounts
other=nobody
# as_other WORD...: the program run by the other account.
as_other() {
	rc=0
	out=$(as_nobody "$@" 2>"$w/.err" </dev/null) || rc=$?
	err=$(cat "$w/.err")
	tap_ran="$other: tagtiger $*"
}

mkdir private && chmod 700 private
{
	echo 'id,text'
	for i in 1 2 3 4 5 6 7 8; do echo "$i,words of the text $i"; done
} >private/d.csv
run_ok new private/p --data private/d.csv --id id --text text
run_ok private/p.tiger label add a
run_ok private/p.tiger label add b
as_other "$base/private/p.tiger" info
status 4 'nobody else comes in'

# ---- adding ----
run private/p.tiger user add no-such-account
status 3 'an account that is none'
run private/p.tiger user add $other
status 4 'a folder with other files in it'
like "$err" 'other files' 'is told'
like "$err" 'add --move /' 'with a place that would do'
rm private/d.csv
mkdir private/own && mv private/p.tiger* private/own
run private/own/p.tiger user add $other
status 4 'a folder that cannot be reached'
like "$err" "$base/private" 'is named'
mkdir full && touch full/x
run private/own/p.tiger user add $other --move full
status 3 'a folder with something in it is not taken'
ok 'and nothing was moved' test -e private/own/p.tiger
run_ok private/own/p.tiger user add $other --move shared --json
json_is .role annotator 'an annotator'
json_is .path "$base/shared/p.tiger" 'where it is now'
like "$(json .send)" '^tagtiger .*/shared/p\.tiger$' 'the line to send'
ok 'moved' test ! -e private/own/p.tiger
p=$base/shared/p.tiger
run $p user add $other
status 3 'once only'

# ---- two at work ----
as_other $p next --mode sequential --json
status 0 'the other gets a text'
id=$(printf '%s\n' "$out" | "$BUILD/tests/tools/json" .id)
run_ok $p next --mode sequential --json
ok 'and this account another' test "$(json .id)" != "$id"
as_other $p tag "$id" a
status 0 'which they tag'
run_ok $p user list --json
json_is '.users[1].tagged' 1 'counted as theirs'
run_ok $p tag "$id" b --json
json_is '.labels[0]' b 'a second opinion is none the worse'
run_ok $p adjudicate --json
json_is .count 1 'they differ'
as_other $p undo
status 0 'each undoes their own'
run_ok $p export annotations --out x.csv
like "$(grep "^$id," x.csv)" ',b,' "and not the other's"

as_other $p next --mode sequential --json
held=$(printf '%s\n' "$out" | "$BUILD/tests/tools/json" .id)
run_ok $p tag-all 7 8 "$held" --label a --json
json_is .held 1 'what the other has before them is counted'
run_ok $p undo

# ---- roles ----
as_other $p label add c
status 4 'an annotator changes no labels'
as_other $p user add daemon
status 4 'nor users'
as_other $p adjudicate "$id" a
status 4 'nor decides'
as_other $p feature add tfidf
status 4 'nor computes'
run_ok $p user role $other manager
as_other $p label add c
status 0 'a manager does'
as_other $p label rename c cc
status 0 'renames them'
run_ok $p label rename a aa
run_ok $p history --kind 'label rename' --limit 1 --json
act=$(json '.events[0].replica'):$(json '.events[0].seq')
run_ok $p user role $other annotator
as_other $p undo --act "$act"
status 4 "an annotator takes no other's act on labels back"
run_ok $p tag 5 aa
as_other $p undo
status 0 'their own, of when they were a manager, they do'
like "$out" 'label rename c to cc' 'this one'
as_other $p redo
run_ok $p user role $other manager
as_other $p undo --act "$act"
status 0 "a manager takes the owner's back"
as_other $p tag 6 cc
as_other $p label delete cc
status 0 'deletes a label'
run_ok $p undo
as_other $p undo
run_ok $p label list --json
json_is '.labels[2].annotations' 1 'and has it back with what it stood on'
as_other $p feature add tfidf
status 0 'and computes'
as_other $p delete --yes
status 4 'but does not delete'
run_ok $p tag 1 a
run_ok $p tag 2 b
run_ok $p quick train --features tfidf
as_other $p quick train --name theirs --features tfidf
status 0 "with what the owner's files hold"

# ---- what a killed colleague leaves ----
# A process that dies while it writes leaves a journal; the owner opens all
# the same.
setpriv --reuid "$uid" --regid "$gid" --clear-groups env HOME="$base" sh -c '
	while :; do
		printf "tag 3 a\nuntag 3\n"
	done | "$0" "$1" >/dev/null' "$base/tagtiger" "$p" &
writer=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do "$TAGTIGER" $p info >/dev/null; done
pkill -9 -u "$uid" -f "$base/tagtiger"
wait "$writer" 2>/dev/null
run_ok $p check
run_ok $p backup copy.tiger

# ---- removing ----
run_ok $p user remove $other
run_ok $p history --kind user --limit 1
like "$out" "user remove $other\$" 'in the history'
as_other $p info
status 4 'shut out'
run_ok $p info --json
run_ok $p check
run $p user remove $other
status 3 'once'
done_testing
