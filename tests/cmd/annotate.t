# next, tag, skip, flag, comment, undo: through the program, run after run.
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text,src'
	for i in 1 2 3 4 5 6 7 8; do
		echo "$i,text number $i about $([ $i -gt 5 ] && echo coal ||
		    echo gas),paper $i"
	done
} >d.csv
run_ok new p --data d.csv --id id --text text --context src --train 6
p=p.tiger
printf 'label add a\nlabel add b\n' | "$TAGTIGER" $p >/dev/null

# ---- next ----
run_ok $p next --mode sequential --json
first=$(json .id)
json_is .set train 'the next text is of train'
json_is .scheme default 'its scheme'
like "$(json .text)" "^text number $first" 'its text'
json_is .context.src "paper $first" 'its context'
json_is '.labels[#]' 0 'it has no labels'
json_is .mode sequential 'the mode'
like "$(json .why)" '^in file order' 'the reason'
json_is .inclusion_probability null 'no probability where nothing was drawn'
json_is .prediction null 'no prediction without a model'
run_ok $p next --mode deterministic --json
json_is .id "$first" 'the same under its other name'
run_ok $p next --mode random --json
near "$(json .inclusion_probability)" 1/5 .04 'random: one of those left'
like "$(json .why)" '^random: 1 of [56]$' 'and says so'
second=$(json .id)
run_ok $p next --mode random --json
json_is .id "$second" 'asked again: the same text'
run_ok $p next --mode random --fresh --json
ok 'fresh: another one' test "$(json .id)" != "$second"
run_ok $p why "$(json .id)" --json
json_is .state leased 'why of a leased text'
json_is .mode random 'its mode'
json_is .criteria.filter untagged 'what it was chosen among'
run $p next --mode active
status 1 'active without a model'
like "$err" 'quick train' 'says what to do'
run $p next --label a
status 2 '--label without a mode that uses it'
run $p next --mode active --label nope
status 3 'a label that is not there'
run $p next --match '('
status 2 'a pattern that does not compile'
run $p next --user nobody-here
status 3 'a user who is not there'
run $p next --carries nope
status 3 'a label to carry that is not there'
run $p next --set valid --json
json_is .id null 'an empty set'
like "$(json .reason)" 'draw valid' 'says how to fill it'

# ---- tag ----
run_ok $p session list --json
json_is .seen 0 'what was only shown is not seen'
run_ok $p next --mode sequential --json
id=$(json .id)
run_ok $p tag "$id" a --comment 'first one' --json
json_is .id "$id" 'tag answers the id'
json_is '.labels[0]' a 'the label'
json_is '.was[#]' 0 'what was before'
json_is .comment 'first one' 'the comment'
json_is .retrain_due false 'and whether to train'
run_ok $p why "$id" --json
json_is .state tagged 'why of a tagged text'
json_is .mode sequential 'tells how it was chosen'
run_ok $p next --mode sequential --json
ok 'the next one is another' test "$(json .id)" != "$id"
run_ok $p tag "$id" b --json
json_is '.was[0]' a 'tagged again: replaced'
run_ok $p next --filter tagged --match "number $id " --json
json_is .id null 'seen in this session'
json_is .seen 1 'and counted so'
run_ok $p session clear --json
json_is .cleared 1 'a new session'
run_ok $p next --filter tagged --json
json_is .id "$id" 'shows it again'
json_is '.labels[0]' b 'with its label'
json_is .comment 'first one' 'and its comment'
run_ok $p next --carries b --json
json_is .id "$id" 'what carries a label, among tagged ones'
run_ok $p next --carries a --json
json_is .id null 'and nothing carries the other'
run $p tag "$id" c
status 3 'a label that is not there'
run $p tag 99 a
status 3 'a text that is not there'
run_ok $p export annotations --set rest --out rest.csv
rest=$(sed -n 2p rest.csv | cut -d, -f1)
run $p tag "$rest" a
status 3 'a text of the rest'
like "$err" 'draw train' 'says how to get at it'

# ---- highlight ----
run_ok $p highlight add 'co(al|ke)' --json
json_is .pattern 'co(al|ke)' 'what is highlighted'
run_ok $p highlight add --word gas
run_ok $p highlight list --json
json_is '.highlights[#]' 2 'both are listed'
json_is '.highlights[0].word' false 'a pattern'
json_is '.highlights[1].word' true 'and a word'
run $p highlight add '('
status 2 'a pattern that does not compile'
run_ok $p highlight delete gas
run $p highlight delete gas
status 3 'it is gone'
run_ok $p highlight list
like "$out" '^/co' 'one is left'

# ---- undo across runs ----
run_ok $p undo --json
json_is .act tag 'undo names the act'
json_is .id "$id" 'and the text'
json_is .after a 'and what stands again'
run_ok $p undo
run_ok $p next --mode sequential --json
json_is .id "$id" 'untagged again, it is next'
run_ok $p redo
run_ok $p redo
run $p redo
status 1 'nothing to redo'
run_ok $p untag "$id" --json
json_is '.was[0]' b 'untag tells what it was'
run $p untag "$id"
status 3 'untag of what is not tagged'
run_ok $p undo
run_ok $p undo
run_ok $p tag "$id" a
run $p redo
status 1 'a fresh act ends redoing'
for i in 1 2 3 4 5 6 7 8 9; do
	"$TAGTIGER" $p undo >/dev/null 2>&1 || break
done
run $p undo
status 1 'in the end there is nothing to undo'
like "$err" 'nothing' 'and it says so'
run_ok $p check

# ---- skip, flag, comment ----
run_ok new q --data d.csv --id id --text text
p=q.tiger
printf 'label add a\nlabel add b\n' | "$TAGTIGER" $p >/dev/null
run_ok $p skip 1 --json
json_is .skipped true 'skip'
run_ok $p next --mode sequential --json
json_is .id 2 'passes it by'
run_ok $p flag 3
run_ok $p next --flag --json
json_is .id 3 'flagged'
run_ok $p flag 3 --off
run_ok $p next --flag --json
json_is .id 3 'it stays leased when the flag goes'
run_ok $p next --flag --fresh --json
json_is .id null 'and is not drawn again'
json_is .filtered 7 'the filter is the reason'
json_is .skipped 1 'beside what was skipped'
run_ok $p comment 4 'look, here'
run_ok $p next --comment --json
json_is .id 4 'commented'
json_is .comment 'look, here' 'with the comment'
run_ok $p next --match COAL --mode sequential --json
json_is .id 6 'a pattern, whatever the case'
run_ok $p next --match COAL --match-case --json
json_is .id null 'unless it matters'

# ---- until nothing is left ----
n=0
while [ $n -lt 20 ]; do
	id=$("$TAGTIGER" $p next --json | "$BUILD/tests/tools/json" .id)
	[ "$id" != null ] || break
	"$TAGTIGER" $p tag "$id" b >/dev/null || break
	n=$((n + 1))
done
is $n 7 'each text came once'
run_ok $p next --json
json_is .id null 'nothing is left'
json_is .tagged 7 'tagged'
json_is .skipped 1 'skipped'
json_is .filtered 0 'filtered'
json_is .held 0 'held'
like "$(json .reason)" 'session clear' 'with a way on'
run_ok $p session list --json
json_is .seen 8 'the session has seen all'
json_is .skipped 1 'one of them skipped'
run_ok $p session clear
run_ok $p next --json
json_is .id 1 'the skipped one comes again'
run_ok $p info --json
json_is '.schemes[0].tagged.train' 7 'info counts'
run_ok $p check

# ---- a model in the loop ----
{
	echo 'id,text,kind'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo "$i,coal mine smoke $i,"
		echo "w$i,wind turbine blade $i,"
	done
	echo 'mixed,coal wind,'
} >e.csv
run_ok new e --data e.csv --id id --text text --test 3 --stratify kind
p=e.tiger
{
	echo 'label add dirty'
	echo 'label add clean'
	for i in 1 2 3 4 5; do echo "tag $i dirty
tag w$i clean"; done
} | "$TAGTIGER" $p --keep-going >/dev/null 2>&1
run_ok $p feature add tfidf --min-df 1
run_ok $p quick train --features tfidf
run_ok $p next --mode maxprob --label clean --json
like "$(json .id)" '^w' 'maxprob: the most probable of a label'
json_is .prediction.label clean 'which is predicted'
like "$(json .why)" '^most probable clean: probability 0?\.[0-9]+; model quick' \
    'and the reason says so'
ok 'with a probability above one half' \
    awk "BEGIN { exit !($(json .prediction.probability) > .5) }"
run_ok $p next --mode active --json
json_is .inclusion_probability null 'active is no random draw'
like "$(json .why)" '^most uncertain: entropy 0\.[0-9]+ of 0\.69 nats' \
    'it tells the entropy and its largest'
id=$(json .id) entropy=$(json .prediction.entropy)
run_ok $p next --mode random --json
ok 'no other text has a higher one' \
    awk "BEGIN { exit !($(json .prediction.entropy) <= $entropy) }"
run_ok $p next --predicted dirty --mode sequential --json
like "$(json .id)" '^([0-9]+|mixed)$' 'predicted as a label'
run $p next --mode active --set test
status 1 'the test set is blind'
run_ok $p next --set test --json
json_is .prediction null 'and shown without a prediction'
run_ok $p config retrain 2
run_ok $p tag "$id" dirty --json
json_is .retrain_due false 'one label after the training'
run_ok $p next --json
run_ok $p tag "$(json .id)" dirty --json
json_is .retrain_due true 'two: it is time'
run_ok $p config audit 1
run_ok $p next --mode active --json
like "$(json .why)" 'random' 'audit mixes random draws into active'
ok 'with their probability' \
    awk "BEGIN { exit !($(json .inclusion_probability) > 0) }"
run_ok $p check
done_testing
