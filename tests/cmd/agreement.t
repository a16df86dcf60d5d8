# Agreement of annotators and adjudication. The figures are those of
# krippendorff 0.9.0, scikit-learn 1.9.1 and statsmodels 0.15.0 on this table:
#	     1 2 3 4 5 6 7 8 9 10
#	ann  a a b b a c a b c a
#	bob  a b b b a c a a c -
#	cy   a b b a a - - b c a
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text'
	for i in 1 2 3 4 5 6 7 8 9 10 11; do echo "$i,text $i"; done
} >d.csv
{
	echo 'id,who,stance'
	set -- a a b b a c a b c a; i=1
	for l; do echo "$i,ann,$l"; i=$((i + 1)); done
	set -- a b b b a c a a c; i=1
	for l; do echo "$i,bob,$l"; i=$((i + 1)); done
	for il in 1,a 2,b 3,b 4,a 5,a 8,b 9,c 10,a; do
		echo "${il%,*},cy,${il#*,}"
	done
	echo 11,ann,a
} >a.csv
run_ok new p --data d.csv --id id --text text
p=p.tiger
run $p agreement
status 1 'nothing to agree on yet'
like "$err" 'two people' 'and what it takes'
for l in a b c; do "$TAGTIGER" $p label add $l >/dev/null; done
run_ok $p import annotations a.csv --id id --label stance --annotator who
run_ok $p agreement --json
json_is .n 10 'texts of two or more'
json_is .annotators 3 'people'
near "$(json .alpha)" 0.6563877 1e-6 "Krippendorff's alpha"
near "$(json '.labels[0].alpha')" 0.5714286 1e-6 'of a label'
near "$(json '.labels[2].alpha')" 1 1e-9 'and of one that all know'
near "$(json .fleiss)" 0.5333333 1e-6 "Fleiss' kappa"
json_is .fleiss_n 7 'of the texts with three'
json_is '.pairs[#]' 3 'every pair'
near "$(json '.labels[0].percent')" 0.8 1e-9 'percent of a label'
near "$(json '.labels[0].fleiss')" 0.4166667 1e-6 'its Fleiss kappa'
near "$(json '.pairs[0].labels[0].kappa')" 0.55 1e-9 "and Cohen's"
ok 'an interval' test "$(json '.alpha_ci[#]')" = 2
run_ok $p agreement
like "$out" 'kappa ann, bob \(9\) +0\.654' "Cohen's kappa"
like "$out" 'kappa bob, cy \(7\) +0\.533' 'of another pair'
like "$(printf %s "$out" | grep -o 'kappa [a-z]*, [a-z]*' | tr '\n' ' ')" \
    'kappa ann, bob kappa ann, cy kappa bob, cy' 'by name'

# ---- what they differ on ----
run_ok $p adjudicate --json
json_is .count 3 'texts that they differ on'
json_is '.disagreements[0].id' 2 'the most divided first'
json_is '.disagreements[0].decision' null 'not decided'
json_is '.disagreements[0].annotations[#]' 3 'with all that was said'
"$TAGTIGER" $p export annotations --layer all --out before.csv >/dev/null
run_ok $p export annotations --out f.csv --json
is "$(grep -c '^2,.*,b,' f.csv)" 0 'an open one is nobody'\''s'
run_ok $p adjudicate 2 b --comment 'see rule 2' --json
json_is '.decision[0]' b 'a decision'
run_ok $p adjudicate --json
json_is .count 2 'one less'
run_ok $p adjudicate --all --json
json_is .count 3 'but it is still a disagreement'
"$TAGTIGER" $p export annotations --layer all --out after.csv >/dev/null
grep -v final after.csv >people.csv
ok "the annotators' labels are as they were" cmp before.csv people.csv
"$TAGTIGER" $p export annotations --out f.csv >/dev/null
like "$(grep '^2,' f.csv)" ',b,' 'exports take the decision'
near "$("$TAGTIGER" $p agreement --json | "$BUILD/tests/tools/json" .alpha)" \
    0.6563877 1e-6 'agreement does not'
run_ok $p undo
run_ok $p adjudicate --json
json_is .count 3 'undone'
run_ok $p adjudicate 2 b
run_ok $p adjudicate 2 --clear --json
json_is .decision null 'or taken back'
run $p adjudicate 2 --clear
status 3 'once'
run $p adjudicate 2 z
status 3 'a label that is none'
run $p adjudicate 99 a
status 3 'a text that is none'
run_ok $p check

# ---- what training and scores learn from: decided, else agreed ----
run_ok $p feature add tfidf
run_ok $p quick train --features tfidf --json
json_is .disagree 3 'those that are open are left out'
trained=$(json .n)
run_ok $p quick train --features tfidf
like "$out" '3 texts were left out, whose annotators differ' 'and said'
run_ok $p adjudicate 2 b
run_ok $p quick train --features tfidf --json
json_is .disagree 2 'a decision counts'
is "$(json .n)" "$((trained + 1))" 'one text more'
run_ok $p score quick --set train --json
json_is .disagree 2 'in scores too'
run_ok $p quick train --features tfidf --layer ann --json
lacks=${out##*disagree*}
is "$lacks" "$out" 'one annotator has one voice'
is "$(json .n)" 11 'and all of their texts'
run_ok $p export annotations --layer ann --out ann.csv
like "$(grep '^2,' ann.csv)" ',a,ann,' 'exports of one alone'
run $p quick train --features tfidf --layer nobody-here
status 3 'a layer that is none'

# Too little to learn from, since people differ: which is said.
printf 'id,text,by,label\n1,one,u,a\n2,two,u,b\n2,two,v,a\n' >few.csv
printf 'id,text\n1,one word\n2,two words\n' >two.csv
run_ok new few --data two.csv --id id --text text
run_ok few.tiger import annotations few.csv --id id --label label \
    --annotator by
run_ok few.tiger feature add tfidf --min-df 1
run few.tiger quick train
status 1 'one text is left'
like "$err" '1 text is left out, whose annotators differ' 'and why'
done_testing
