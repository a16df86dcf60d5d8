# What check finds in the folder, and what it says to do.
. tests/tap.sh
cd "$w" || exit
p=p.tiger
small_project 'feature add tfidf' 'quick train --features tfidf' \
    'predict quick'
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
finds 'feature tfidf: its file is of another project' "another project's feature"
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

# ---- texts: one letter of a text, of an id, of a column ----
{
	echo 'key,text,place'
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "key-$i,what was said $i,at the well $i"
	done
} >t.csv
printf 'key,text,place\nnew-1,what was said A,at the mill A\n' >more.csv
printf 'key,text,place\nnew-1,what was said A,at the mill B\nkey-1,x,y\n' \
    >again.csv
run_ok new t --data t.csv --id key --text text
t=t.tiger
run_ok $t import test more.csv --id key --text text
run_ok $t check --json
json_is .texts 10 'all texts are read'
json_is .unsummed 0 'and have checksums'
run_ok $t backup whole.tiger
# turn FROM TO FILE: as a disk would.
turn() {
	LC_ALL=C sed "s/$1/$2/g" "$3" >turned && cat turned >"$3"
}
# damaged NAME WHICH: found, said where it is whole, mended from there.
damaged() {
	run $t check
	status 1 "$1"
	like "$out" "text $2, .*: check --mend F" 'named'
	run $t check --against whole.tiger
	like "$out" "$2.*--mend .*whole.tiger" 'whole in the backup'
	run_ok $t check --mend whole.tiger --json
	json_is .mended 1 'put back'
	json_is .sound true 'and sound'
	rm -r t.tiger-data
}
run $t check --against p.tiger
status 1 'beside another project'
like "$out" 'p.tiger shares no log with this project: .*backup of this one' \
    'which is no backup'
turn 'said 4' 'saId 4' $t
damaged 'a letter of a text' key-4
turn 'well 5' 'wElL 5' $t
damaged 'a letter of a column' key-5
turn 'key-9' 'keY-9' $t
damaged 'a letter of an id' keY-9
run_ok $t export annotations --set all --out out.csv
run_ok $t drop test --yes
run_ok $t import test again.csv --id key --text text --bad-rows drop
run_ok $t check
run_ok restore $t r
turn 'mill B' 'mill C' r.tiger
run r.tiger check --json
status 1 'after a drop, other columns, a restore'
like "$(json '.findings[0]')" 'text new-1' 'still seen'
run_ok $t export work --out w.tiger --set all
run_ok w.tiger check
turn 'said 6' 'saiD 6' w.tiger
run w.tiger check
status 1 'in a work copy'
like "$out" 'text key-6' 'seen too'
cp whole.tiger n.tiger
run_ok n.tiger snapshot take
turn 'said 7' 'sAid 7' n.tiger
run n.tiger check
like "$out" 'key-7.*--mend .*/snapshots/' 'snapshots are looked through'

# ---- a file that does not know who it is ----
cp whole.tiger who.tiger
"$BUILD/tests/tools/sql" who.tiger "DELETE FROM meta WHERE key = 'replica'"
run who.tiger tag key-1 x
status 1 'no work copy'
like "$err" 'damaged: it does not say which work copy it is: go on from a' \
    'is not written to'
done_testing
