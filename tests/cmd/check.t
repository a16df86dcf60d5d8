# What check finds in the folder, and what it says to do.
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo "$i,text $i about $((i % 2)) things"
	done
} >d.csv
run_ok new p --data d.csv --id id --text text
p=p.tiger
{
	echo label add odd
	echo label add even
	for i in 1 3 5; do echo "tag $i odd"; done
	for i in 2 4 6; do echo "tag $i even"; done
	echo feature add tfidf
	echo quick train --features tfidf
	echo predict quick
} | "$TAGTIGER" $p >/dev/null
run_ok $p check --json
json_is .sound true 'a sound project'
json_is '.leftovers[#]' 0 'with nothing left over'
cp -R p.tiger-data whole

again() {
	rm -rf p.tiger-data && cp -R whole p.tiger-data
}
# finds REGEX NAME: exactly one finding, and it matches.
finds() {
	run $p check --json
	status 1 "$2"
	json_is '.findings[#]' 1 'one finding'
	like "$(json '.findings[0]')" "$1" 'which says what to do'
}
truncate -s 100 p.tiger-data/features/tfidf.rows
finds "feature tfidf: .*'feature delete tfidf'" 'a feature cut short'
again
rm p.tiger-data/features/tfidf.rows
finds "feature tfidf: .*No such file.*'feature add'" 'a feature that is gone'
again
"$TAGTIGER" new q --data d.csv --id id --text text --train 6 >/dev/null
{ echo label add odd; echo feature add tfidf; } | "$TAGTIGER" q.tiger >/dev/null
cp q.tiger-data/features/tfidf.rows p.tiger-data/features/
finds 'feature tfidf: its file has 6 rows' "another project's feature"
again
rm p.tiger-data/predictions/1-all
finds "model quick: .*'predict quick --set all'" 'predictions that are gone'
run_ok $p predict quick
run_ok $p check
again
head -c 100 whole/predictions/1-sets >p.tiger-data/predictions/1-sets
finds 'model quick: .*train quick again' 'predictions cut short'
again

echo x >p.tiger-data/features/.tfidf.rows.part12
run_ok $p check --json
json_is '.sound' true 'a leftover is no fault'
json_is '.leftovers[0].file' features/.tfidf.rows.part12 'but is told'
rm -r p.tiger-data
run_ok $p check
like "$out" 'can be computed again' 'nor is a folder that is not here'
done_testing
