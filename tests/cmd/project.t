# The project as a whole: info, history, check, backup, storage, config,
# users, list, delete.
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text,src,stance'
	for i in 1 2 3 4 5 6 7 8 9 10; do echo "$i,text $i,paper $i,"; done
} >d.csv
run_ok new p --data d.csv --id id --text text --train 6 --test 2 --lang en
p=p.tiger
printf 'label add a\nlabel add b\ntag %s a\n' \
    "$("$TAGTIGER" $p next --json | "$BUILD/tests/tools/json" .id)" |
    "$TAGTIGER" $p >/dev/null

run_ok $p info --json
json_is .project p 'the name'
json_is .texts.train 6 'texts of train'
json_is .texts.test 2 'of test'
json_is .texts.rest 2 'and the rest'
json_is .texts.total 10 'all of them'
json_is .language en 'the language'
json_is '.schemes[0].tagged.train' 1 'what is tagged'
json_is '.users[0].role' owner 'who owns it'
head=$(json '.heads[0].hash')
is ${#head} 64 'the head of the log'
run_ok $p storage --json
ok 'the file takes room' test "$(json .file)" -gt 10000

# ---- history ----
run_ok $p history --json
json_is '.events[0].action' tag 'the newest first'
like "$(json '.events[0].time')" '^20..-..-..T..:..:..Z$' 'its time'
total=$(json .total)
run_ok $p history --limit 1 --json
json_is '.events[#]' 1 'as many as asked for'
json_is .total "$total" 'of all'
run_ok $p history --kind 'label add' --json
json_is .total 2 'of a kind'
run_ok $p history --since 2999-01-01 --json
json_is .total 0 'since a date'
run $p history --since yesterday
status 2 'that is no date'
run $p history --kind nope
status 3 'a kind there is not'
run $p history --text 99
status 3 'a text there is not'

# ---- check, backup ----
run_ok $p backup copy.tiger --json
json_is .file copy.tiger 'a backup'
run $p backup copy.tiger
ok 'never over another file' test $rc -ne 0
run_ok copy.tiger info --json
json_is '.heads[0].hash' "$head" 'has the same head'
run_ok $p tag "$("$TAGTIGER" $p next --json |
    "$BUILD/tests/tools/json" .id)" b
run_ok $p check --against copy.tiger --json
json_is .sound true 'the log goes on from the backup'
json_is .against copy.tiger 'told'
run_ok copy.tiger undo
run $p check --against copy.tiger --json
status 1 'and does not where the two went apart'
json_is .sound false 'told in the answer'
ok 'with what was found' test "$(json '.findings[#]')" -ge 1
run $p check --against none.tiger
ok 'a backup that is not there' test $rc -ne 0
run_ok $p check --rebuild
head -c 3000 /dev/urandom |
    dd of=copy.tiger bs=1 seek=8192 conv=notrunc 2>/dev/null
run copy.tiger check
ok 'a damaged file is found out' test $rc -ne 0
printf 'not a project' >no.tiger
run no.tiger info
ok 'what is no project is said' test $rc -ne 0
like "$err" 'no.tiger' 'with its name'

# ---- config ----
run_ok $p config --json
json_is '.config[0].key' annotators 'the parameters'
run_ok $p config retrain 25 --json
json_is .value 25 'set'
run_ok $p config retrain
is "$out" 25 'and kept'
run $p config retrain -1
status 2 'out of range'
run $p config retrain 2.5
status 2 'not whole'
run $p config retrain often
status 2 'no number'
run $p config retrian
status 3 'a parameter there is not'
like "$err" "did you mean 'retrain'" 'with a near one'
run_ok $p config context src
run_ok $p next --json
like "$(json .context.src)" '^paper' 'a context column'
run_ok $p config context src,stance
run $p config context nope
status 3 'a column there is not'
run $p config context text
status 3 'the text itself'
run_ok $p config context ''
run_ok $p next --json
json_is .context '{}' 'none'

# ---- users, list ----
run_ok $p user list --json
json_is '.users[0].tagged' 2 'who has tagged what'
json_is '.users[0].uid' "$(id -u)" 'by number'
mkdir elsewhere
run_ok new elsewhere/far --data d.csv --id id --text text
TAGTIGER_PATH=$w/elsewhere run_ok list --json
like "$out" '"project":"far"' 'list: the folders of TAGTIGER_PATH'

# ---- delete ----
run $p delete
status 2 'delete asks for --yes'
ok 'and leaves the project' test -f $p
run_ok $p feature add tfidf
ok 'the folder is there' test -d p.tiger-data
run_ok $p delete --yes --json
json_is .texts 10 'delete tells what went'
ok 'the file is gone' test ! -e $p
ok 'and the folder' test ! -e p.tiger-data
run $p info
status 3 'there is no project any more'

# ---- who may what ----
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1; then
	chmod 755 "$HOME" "$TMPDIR" 2>/dev/null
	chmod 711 "$(dirname "$HOME")" 2>/dev/null
	out=$(setpriv --reuid 65534 --clear-groups "$TAGTIGER" \
	    elsewhere/far.tiger info 2>&1) && rc=0 || rc=$?
	is $rc 4 "another account's project is closed"
fi
done_testing
