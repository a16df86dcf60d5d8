# A multi-label scheme from the file to the exported predictions.
. tests/tap.sh
cd "$w" || exit

# Four subjects with words of their own; a text has none, one or two.
awk 'BEGIN { srand(7); split("coal wind sun gas", name, " ")
	split("mine shaft miner seam|turbine blade rotor breeze|panel roof " \
	    "cell ray|pipe burner valve flame", words, "|")
	print "id;text;topics"
	for (i = 1; i <= 300; i++) {
		n = int(rand() * 3); t = ""; l = ""; a = int(rand() * 4) + 1
		for (j = 0; j < n; j++) {
			b = (a + j * (1 + int(rand() * 3)) - 1) % 4 + 1
			if (j && b == a) continue
			split(words[b], w, " ")
			for (m = 0; m < 6; m++) t = t w[int(rand() * 4) + 1] " "
			l = l (l == "" ? "" : "|") name[b] }
		for (m = 0; m < 8; m++) t = t "word" int(rand() * 20) " "
		printf "%d;%s;%s\n", i, t, l } }' >t.csv
run_ok new p --data t.csv --id id --text text --multilabel topics --test 60 \
    --seed 3 --json
none=$(awk -F';' 'NR > 1 && $3 == ""' t.csv | wc -l)
json_is .annotated $((300 - none)) 'rows with a label'
run_ok p.tiger label list --json
json_is .kind multilabel 'a multi-label scheme'

# ---- acts ----
run_ok p.tiger next --mode sequential --json
id=$(json .id)
run_ok p.tiger tag "$id" --none --json
json_is '.labels' '[]' 'none of these is an annotation'
run_ok p.tiger tag "$id" coal,wind --json
json_is '.labels[1]' wind 'several labels'
run_ok p.tiger undo
run_ok p.tiger undo
run p.tiger tag "$id" coal,nothing
status 3 'an unknown label is refused whole'

# ---- the quick model ----
run_ok p.tiger feature add tfidf
run_ok p.tiger quick train --c 100 --cv 5 --json
ok 'the labels are learned' awk "BEGIN { exit !($(json .cv.f1_macro) > .9) }"
json_is '.cv.labels[0].label' coal 'labels in their order'
run_ok p.tiger score quick --json
n=$(json .n)
for i in 0 1 2 3; do
	s=$(($(json ".confusion.counts[$i][0]") + \
	    $(json ".confusion.counts[$i][1]") + \
	    $(json ".confusion.counts[$i][2]") + \
	    $(json ".confusion.counts[$i][3]")))
	is "$s" "$n" "tn, fp, fn, tp of label $i are all texts"
done
run_ok p.tiger next --mode active --json
like "$out" '"mode":"active".*"why":"most uncertain' 'active selection'
run_ok p.tiger predict quick --out p.csv --json
json_is .rows 300 'all are predicted'
is "$(head -1 p.csv)" "id,id_slug,prediction,probability,entropy,\
prob_coal,prob_gas,prob_sun,prob_wind" 'columns'
ok 'labels at a half and more, the lowest of them, mean binary entropy' awk -F, '
	function h(p) { return p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log(1 - p) }
	NR == 1 { for (i = 6; i <= NF; i++) name[i] = substr($i, 6); next }
	{ gsub(/"/, ""); e = 0; s = ""; low = 2; top = 0
	  for (i = 6; i <= NF; i++) {
		e += h($i) / 4; if ($i > top) top = $i
		if ($i >= .5) { s = s (s == "" ? "" : "|") name[i]
			if ($i < low) low = $i } }
	  if (s == "") low = top
	  if (s != $3 || low != $4 || e - $5 > 1e-4 || $5 - e > 1e-4) {
		print s, low, e, $0; exit bad = 1 } }
	END { exit bad }' p.csv

# ---- what probabilities score, from the file ----
run_ok p.tiger predict quick --set test --out p.csv
run_ok p.tiger score quick --json
judged=$(awk -F'[;,]' 'BEGIN { split("coal gas sun wind", name, " ") }
	FILENAME == "t.csv" { labels[$1] = "|" $3 "|"; next }
	FNR == 1 || labels[$1] == "||" { next }
	{ n++
	  for (j = 1; j <= 4; j++) {
		p[n, j] = $(5 + j); y = index(labels[$1], "|" name[j] "|") > 0
		has[n, j] = y; brier += (p[n, j] - y) ^ 2
		loss -= log(y ? p[n, j] : 1 - p[n, j]) } }
	END {
		for (j = 1; j <= 4; j++) {
			up = pairs = 0
			for (a = 1; a <= n; a++) for (b = 1; b <= n; b++)
				if (has[a, j] && !has[b, j]) {
					pairs++; up += p[a, j] > p[b, j]
					up += (p[a, j] == p[b, j]) / 2 }
			auc += up / pairs / 4 }
		print n, auc, brier / n / 4, loss / n / 4 }' t.csv p.csv)
# shellcheck disable=SC2086
set -- $judged
json_is .n "$1" 'the same texts'
near "$(json .roc_auc)" "$2" 1e-5 'ROC AUC'
near "$(json .brier)" "$3" 1e-5 'Brier score'
near "$(json .log_loss)" "$4" 1e-5 'log loss'
run_ok p.tiger check
done_testing
