# confusion: the texts behind a cell; compare: two models; and whether a test set is a fair judge.
. tests/tap.sh
root=$PWD
cd "$w" || exit

# "n" texts that the last answer lists
listed() {
	printf %s "$out" | grep -o '"text":' | wc -l | tr -d ' '
}

run_ok new p --data "$root/tests/screen/data/stances.csv" --id id --text text \
    --label stance --train 160 --test 100 --json
run_ok p.tiger feature add tfidf --min-df 1
run_ok p.tiger quick train
run_ok p.tiger score quick --errors --json
json_is .random true 'drawn at random'
json_is .blind false 'labels that an import brought are not blind'
wrong=$(printf %s "$out" | grep -o '"prediction":' | wc -l | tr -d ' ')
scores=$out
sum=0
for i in 0 1 2 3; do
	for j in 0 1 2 3; do
		out=$scores
		a=$(json ".confusion.labels[$i]") b=$(json ".confusion.labels[$j]")
		n=$(json ".confusion.counts[$i][$j]")
		run_ok p.tiger confusion quick --label "$a" --predicted "$b" \
		    --json
		is "$(json .n) $(listed)" "$n $n" "$a predicted $b"
		[ "$i" = "$j" ] || sum=$((sum + n))
	done
done
is "$sum" "$wrong" 'off the diagonal all are false'
run_ok p.tiger confusion quick --json
is "$(json .n)" "$wrong" 'without a cell: all false predictions'
ok 'the surest first' awk "BEGIN { exit !($(json '.texts[0].probability') >= \
    $(json '.texts[1].probability')) }"
run_ok p.tiger confusion quick --label neutral --predicted neutral --limit 2 \
    --json
is "$(listed)" 2 'no more than asked for'
ok 'right ones: the least sure first' awk "BEGIN { exit !($(json \
    '.texts[0].probability') <= $(json '.texts[1].probability')) }"
out=$scores
tp=$(json '.confusion.counts[0][0]')
for o in tp fp fn tn; do
	run_ok p.tiger confusion quick --label neutral --outcome $o --json
	eval "n_$o=\$(json .n)"
done
# shellcheck disable=SC2154
is "$n_tp $((n_tp + n_fp + n_fn + n_tn))" "$tp 100" 'outcomes of a label'
# what probabilities score, with intervals
out=$scores
for m in roc_auc brier log_loss ece; do
	v=$(json .$m) lo=$(json ".${m}_ci[0]") hi=$(json ".${m}_ci[1]")
	ok "$m within its interval" awk \
	    "BEGIN { exit !($lo <= $v && $v <= $hi && $lo < $hi) }"
done
run_ok p.tiger predict quick --set test --out p.csv
judged=$(awk -F, 'BEGIN { split("neutral off-topic oppose support", name, " ") }
	FILENAME != "p.csv" { stance[$1] = $(NF - 1); next }
	FNR > 1 { n++
		for (j = 1; j <= 4; j++) {
			y = name[j] == stance[$1]; brier += ($(5 + j) - y) ^ 2
			if (y) loss -= log($(5 + j)) } }
	END { print brier / n, loss / n }' "$root/tests/screen/data/stances.csv" \
    p.csv)
out=$scores
near "$(json .brier)" "${judged% *}" 1e-5 'Brier score'
near "$(json .log_loss)" "${judged#* }" 1e-5 'log loss'
run_ok p.tiger score quick --set train
like "$out" 'ROC AUC +0\.[0-9]{3}  \(' 'for people, too'
like "$out" 'ECE +0\.[0-9]{3}  \(' 'and how far probabilities are off'

# two models
run_ok p.tiger quick train --name other --c 0.01 --json
run p.tiger compare quick other
status 1 'both must have been scored'
like "$err" 'score other --set test' 'and how'
run_ok p.tiger score other --set train --json
b=$(json .f1_macro)
run_ok p.tiger score quick --set train --json
a=$(json .f1_macro)
run_ok p.tiger compare quick other --set train --json
json_is .n 160 'on the same texts'
near "$(json .f1_macro)" "$a - $b" 1e-12 'the difference of the scores'
d=$(json .f1_macro) lo=$(json '.f1_macro_ci[0]') hi=$(json '.f1_macro_ci[1]')
ok 'within its interval' awk "BEGIN { exit !($lo <= $d && $d <= $hi) }"
run_ok p.tiger compare other quick --set train --json
near "$(json .f1_macro)" "-1 * $d" 1e-12 'the other way round'
near "$(json '.f1_macro_ci[0]')" "-1 * $hi" 1e-9 'its interval, too'
run_ok p.tiger compare quick quick --set train --json
is "$(json '.f1_macro_ci[0]') $(json '.f1_macro_ci[1]')" '0 0' \
    'a model is as good as itself'
run_ok p.tiger quick train --name fewer --exclude neutral --json
run_ok p.tiger score fewer --set train --json
run p.tiger compare quick fewer --set train
status 1 'other labels cannot be compared'

run p.tiger confusion quick --label nothing
status 3 'an unknown label'
run p.tiger confusion quick --outcome fp
status 2 'an outcome of no label'
run_ok p.tiger score quick --json
json_is .looks 2 'lists are no looks'

# A test set that is tagged here, before anyone looks.
run_ok new q --data "$root/tests/screen/data/stances.csv" --id id --text text \
    --train 160 --test 60
run_ok q.tiger label add a
run_ok q.tiger label add b
k=0
for set in train test; do
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		run_ok q.tiger next --set $set --json
		k=$((k + 1))
		[ $((k % 2)) = 0 ] && l=a || l=b
		id=$(json .id)
		run_ok q.tiger tag "$id" $l
	done
done
run_ok q.tiger feature add tfidf --min-df 1
run_ok q.tiger quick train
run_ok q.tiger score quick --json
json_is .blind true 'tagged here before the first look: blind'
run_ok q.tiger tag "$id" b
run_ok q.tiger score quick --json
json_is .blind false 'a label given after it is not'
run_ok q.tiger score quick --set train --json
json_is .blind '' 'of other sets it is not asked'

# several labels a text
run_ok new m --data "$root/tests/screen/data/stances.csv" --id id --text text \
    --multilabel 'themes:|' --train 160 --test 100
run_ok m.tiger feature add tfidf --min-df 1
run_ok m.tiger quick train
run_ok m.tiger score quick --json
scores=$out
for l in 0 1 2 3; do
	j=0
	for o in tn fp fn tp; do
		out=$scores
		a=$(json ".confusion.labels[$l]") n=$(json ".confusion.counts[$l][$j]")
		run_ok m.tiger confusion quick --label "$a" --outcome $o --json
		is "$(json .n)" "$n" "$a: $o"
		j=$((j + 1))
	done
done
done_testing
