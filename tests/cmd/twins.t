# Texts that stand in train and in validation or test too, under another id.
. tests/tap.sh
cd "$w" || exit
{
	echo 'id,text'
	for i in 1 2 3 4 5 6 7 8; do echo "t$i,words of text $i"; done
	printf 't9,\346\227\245\346\234\254 caf\303\251\n' # é in one character
} >d.csv
{
	echo 'id,text'
	echo 'x1,  words of text 3 '
	echo 'x2,words of text 33'
	printf 'x3,\346\227\245\346\234\254 cafe\314\201\n' # and in two
	echo 'x4,Words of text 4'
	echo 'x5,words of text 3'
} >test.csv
run_ok new p --data d.csv --id id --text text --json
json_is .duplicates '' 'nothing is scored on'
run p.tiger import test test.csv --id id --text text --check --json
json_is .duplicates.in_train 3 'a dry run counts them'
run_ok p.tiger import test test.csv --id id --text text --json
json_is .duplicates.in_train 3 'and so does the import'
json_is '.duplicates.first[0]' x1 'without regard to blanks'
json_is '.duplicates.first[1]' x3 'nor to how characters are composed'
json_is '.duplicates.first[2]' x5 'each of them'
json_is '.duplicates.first[#]' 3 'and nothing that only resembles one'
like "$err" '^tagtiger: note: 3 texts of test stand in train too.*\(x1, x3, x5\)' \
    'people are told'
like "$err" "'drop test', and import the file without them" 'what to do'
run_ok p.tiger check --json
json_is .sound true 'the file is sound'
json_is .duplicates.in_train 3 'but this is said'
run_ok p.tiger drop test --yes
printf 'id,text\ny1,other words\n' >test.csv
run_ok p.tiger import test test.csv --id id --text text --json
json_is .duplicates.in_train 0 'none'
is "$err" '' 'and not a word of them'

# ---- in what is drawn ----
{
	echo 'id,text'
	for i in $(seq 1 20); do echo "t$i,the same"; done
} >same.csv
run_ok new q --data same.csv --id id --text text --test 3 --valid 2 --json
json_is .duplicates.in_train 5 'all of both sets'
json_is '.duplicates.first[#]' 5 'by their ids'
run_ok new r --data same.csv --id id --text text --train 5 --json
run_ok r.tiger draw test 4 --json
json_is .duplicates.in_train 4 'what is drawn later'
like "$err" "'drop test' puts all of it back" 'what to do'
run_ok r.tiger draw train 1 --json
json_is .duplicates '' 'train has none'
done_testing
