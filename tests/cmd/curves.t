# quick curve: scores by the number of labels; and what is refused.
. tests/tap.sh
root=$PWD
cd "$w" || exit

run_ok new p --data "$root/data/packages.csv" --id id --text text \
    --label section --train 600 --test 200 --json
run_ok p.tiger feature add tfidf
run p.tiger quick curve
status 3 'without a model there is no curve'
like "$err" 'no quick model is called quick' 'and that is said'
run_ok p.tiger quick train --cv 10 --json
cv=$(json .cv.f1_macro)
run_ok p.tiger quick show quick --json
is "$(json .curve)" '' 'no curve before it was made'
run_ok p.tiger quick curve --json
json_is .model quick 'of the default model'
json_is .labels 600 'all labelled texts'
json_is .folds 10 'ten folds'
json_is '.points[0].n' 16 'from twice as many texts as labels'
json_is '.points[7].n' 540 'to what ten folds leave'
json_is '.points[8].n' '' 'eight points'
# Warm starts alone make cross-validation differ from it.
near "$(json '.points[7].f1_macro')" "$cv" 0.02 'the end is cross-validation'
ok 'more labels, better scores' awk "BEGIN { exit !($(json \
    '.points[3].f1_macro') < $(json '.points[7].f1_macro')) }"
lo=$(json '.points[7].f1_macro_ci[0]') hi=$(json '.points[7].f1_macro_ci[1]')
ok 'with intervals' awk "BEGIN { f = $(json '.points[7].f1_macro')
    exit !($lo < f && f < $hi) }"
json_is .gain.labels 100 'what 100 more would bring'
gain=$(json .gain.f1_macro)
ok 'something, with its interval' awk "BEGIN {
    exit !($gain > 0 && $gain < .1 && $(json '.gain.f1_macro_ci[0]') <= $gain &&
    $gain <= $(json '.gain.f1_macro_ci[1]')) }"
first=$out
run_ok p.tiger quick curve --json
is "$out" "$first" 'the same again'
run_ok p.tiger quick show quick --json
json_is '.curve.points[7].n' 540 'is kept'
run_ok p.tiger quick train --cv 3
run_ok p.tiger quick show quick --json
json_is .curve.labels 600 'also when the model is trained again'
run_ok p.tiger quick curve --points 4 --cv 3 --seed 2 --json
json_is '.points[3].n' 400 'three folds leave two thirds'
json_is '.points[4].n' '' 'as many points as asked for'
json_is .gain null 'no estimate from three folds'
like "$(json .why)" 'fewer than 5 folds' 'and why'
run p.tiger quick curve --cv 1
status 2 'one fold is none'
run p.tiger quick curve --name nothing
status 3 'an unknown model'

# charts
run p.tiger export scores --model quick --out s.svg
status 1 'what was not scored is not drawn'
like "$err" 'score quick --set test' 'the command that scores is named'
run_ok p.tiger score quick --json
f1=$(json .f1_macro)
for c in learning scores confusion; do
	run_ok p.tiger export $c --model quick --out $c.svg --json
	json_is .file $c.svg "$c is drawn"
	is "$(head -c 38 $c.svg)" '<?xml version="1.0" encoding="UTF-8"?>' \
	    "$c.svg is XML"
	cp $c.svg first.svg
	run_ok p.tiger export $c --model quick --out $c.svg
	ok "$c: the same bytes again" cmp first.svg $c.svg
done
like "$(cat scores.svg)" "F1 macro $(printf %.6g "$f1") \(" \
    'the score that is kept'
run_ok p.tiger score quick --json
json_is .looks 6 'drawing test scores is a look at them'
run_ok p.tiger export scores --model quick --set cv --out cv.svg
run p.tiger export loss --model quick --out l.svg
status 1 'a quick model has no losses'
run p.tiger export learning --model nothing --out l.svg
status 3 'an unknown model'
ok 'and no file' test ! -e l.svg

# too few labels
run_ok new few --data "$root/tests/screen/data/tiny.csv" --id id --text text \
    --label stance --json
run_ok few.tiger feature add tfidf --min-df 1
run_ok few.tiger quick train --json
run few.tiger quick curve
status 1 'too few labels for a curve'
like "$err" 'needs at least [0-9]+ labelled texts, there are [0-9]+: tag more' \
    'and how many it needs'
done_testing
