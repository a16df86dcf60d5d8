# A test set given up, and another one imported.
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text'
	for i in 1 2 3 4 5 6 7 8 9 10; do echo "$i,text $i"; done
} >d.csv
printf 'id,text,stance\nt1,first,a\nt2,second,b\nt3,third,\n' >t.csv
run_ok new p --data d.csv --id id --text text --train 5 --test 2
p=p.tiger
for l in a b; do "$TAGTIGER" $p label add $l >/dev/null; done
run_ok $p import test t.csv --id id --text text
for i in t1 t2 t3; do "$TAGTIGER" $p tag $i a >/dev/null; done
drawn=$("$TAGTIGER" $p next --set test --json | sed 's/.*"id":"\([^"]*\)".*/\1/')
run_ok $p tag "$drawn" b
run_ok $p info --json
before=$out

# ---- asked, and done ----
run $p drop test
status 2 'it is to be meant'
like "$err" '5 texts, 4 of them labelled' 'and says what goes'
run $p drop valid --yes
status 3 'an empty set'
run_ok $p info --json
is "$out" "$before" 'nothing was done'
run_ok $p next --set test --json
run_ok $p drop test --yes --json
json_is .dropped 3 'imported texts are in no set'
json_is .to_rest 2 'drawn ones are in rest'
json_is .labelled 4 'their labels are counted'
snapshot=$(json .snapshot)
ok 'a snapshot' test -s "$snapshot"
run_ok $p check
run_ok $p export annotations --set all --out all.csv
is "$(grep -c '^t' all.csv)" 0 'not exported'
is "$(($(wc -l <all.csv) - 1))" 10 'the others are'
run_ok $p info --json
json_is .texts.test 0 'the set is empty'
json_is .texts.rest 5 'the rest has grown'
run $p tag t1 b
status 3 'not to be labelled'
run_ok $p next --set test --json
json_is .id null 'nor drawn'
run_ok $p label list --json
json_is '.labels[0].annotations' 0 'nor counted'
run_ok $p history --json
like "$out" 'dropped the test set: 5 texts' 'the history tells'
run_ok $p undo
run_ok $p check
run_ok $p redo
run_ok $p session clear
run_ok $p check

# ---- and a set again: one the same, one with other words, one new ----
printf 'id,text\nt1,first\nt2,not the second\nt4,fourth\n' >u.csv
run_ok $p import test u.csv --id id --text text --check --json
json_is .revived 1 'a check knows what would come back'
run_ok $p import test u.csv --id id --text text --json
json_is .revived 1 'a text is back'
json_is .anew 1 'one has other words'
run_ok $p check
run_ok $p export annotations --set test --out test.csv
like "$(grep '^t1,' test.csv)" ',a,' 'its label stands again'
like "$(grep '^t2,' test.csv)" '^t2,t2,not the second,test,,' 'the other has none'
is "$(($(wc -l <test.csv) - 1))" 3 'three texts'
run $p import test u.csv --id id --text text
status 3 'they are there now'
run_ok $p tag t2 b
run_ok $p drop test --yes --json
json_is .dropped 3 'dropped again'
run_ok $p check --rebuild
run_ok $p check

# ---- the way back ----
run_ok restore "$snapshot" q
run_ok q.tiger info --json
json_is .texts.test 5 'as it was before'
run_ok $p draw test 3 --seed 3
run_ok $p check
done_testing
