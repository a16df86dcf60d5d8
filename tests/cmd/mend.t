# What check finds of texts that are gone or were moved by other means, and
# check --mend putting them back.
. tests/tap.sh
cd "$w" || exit
sql() {
	"$BUILD/tests/tools/sql" "$@"
}
{
	echo 'id,text,kind'
	for i in $(seq 1 40); do
		echo "t$i,words of text $i,$((i % 3))"
	done
} >d.csv
run_ok new p --data d.csv --id id --text text --train 10 --valid 4 --test 6 \
    --stratify kind
run_ok p.tiger check --json
json_is .sound true 'what is drawn in shares is vouched for'
json_is '.unvouched[#]' 0 'all of it'
run_ok p.tiger label add a
for i in 3 5 6; do "$TAGTIGER" p.tiger tag t$i a >/dev/null 2>&1; done
run_ok p.tiger draw train 5
run_ok p.tiger check
printf 'id,text,kind\nx1,said later,0\nx2,and this,1\n' >more.csv
run_ok p.tiger import test more.csv --id id --text text
run_ok p.tiger check
run_ok p.tiger backup b.tiger

# spoilt NAME SQL: a copy of the project with that done to it.
spoilt() {
	rm -rf s.tiger s.tiger-data
	cp p.tiger s.tiger
	ok "$1" sql s.tiger "$2"
}
# found REGEX [N]: so many findings, the last of which matches.
found() {
	run s.tiger check --json
	status 1 'found'
	like "$(json ".findings[$((${2-1} - 1))]")" "$1" 'told'
	json_is '.findings[#]' "${2-1}" 'and no more'
}
# mended KEY N: that many put back from the backup, and all is as it was.
mended() {
	run s.tiger check --against b.tiger
	like "$out" "check --mend b.tiger puts" 'the backup has it'
	run_ok s.tiger check --mend b.tiger --json
	json_is ".$1" "$2" 'put back'
	json_is .mended "$2" 'and nothing else'
	json_is .sound true 'and sound'
	run_ok s.tiger export annotations --set all --out s.csv
	run_ok p.tiger export annotations --set all --out p.csv
	ok 'as it was' cmp s.csv p.csv
}

# ---- gone ----
spoilt 'one text is gone' \
    'DELETE FROM doc WHERE seq = 7; DELETE FROM text WHERE seq = 7'
found '^text number 7 is gone: check --mend F puts it back from a backup F$'
mended gone 1
spoilt 'some are, with labels' \
    'DELETE FROM doc WHERE seq IN (3, 4, 5, 6, 9);
     DELETE FROM text WHERE seq IN (3, 4, 5, 6, 9)'
found '^text number 9 is gone' 3
like "$out" 'texts number 3 to 6 are gone: check --mend F puts them back' 'runs'
mended gone 5
spoilt 'the last are' \
    'DELETE FROM doc WHERE seq > 40; DELETE FROM text WHERE seq > 40'
found '^texts number 41 to 42 are gone'
mended gone 2
spoilt 'half of one is' 'DELETE FROM text WHERE seq = 8'
found '^text number 8 is gone'
mended gone 1
spoilt 'one is that the backup lacks' \
    'DELETE FROM doc WHERE seq = 7; DELETE FROM text WHERE seq = 7'
cp s.tiger lacks.tiger
run s.tiger check --mend lacks.tiger --json
status 1 'it is not put back'
json_is .mended 0 'from there'
sql lacks.tiger "INSERT INTO doc SELECT 7, set_no, weight, 't7', NULL, sum
    FROM doc WHERE seq = 8;
    INSERT INTO text SELECT 7, body, cells FROM text WHERE seq = 8"
run s.tiger check --mend lacks.tiger --json
json_is .mended 0 'nor another one in its place'
run_ok new q --data d.csv --id id --text text
run s.tiger check --mend q.tiger
status 3 "nor another project's"
like "$err" "another project's" 'which is said'

# ---- moved ----
spoilt 'one is in another set' \
    'UPDATE doc SET set_no = 1 WHERE seq = 41'
found '^texts are in other sets.* F from after it can tell'
run s.tiger check --against b.tiger
like "$out" '^1 text is in other sets.*\(text x1: test, now train\)' 'which'
mended moved 1
spoilt 'weights are others' \
    'UPDATE doc SET weight = 0.5 WHERE set_no = 2'
run s.tiger check --against b.tiger
like "$out" '^4 texts are in.*\(text t[0-9]*: weight 0.[0-9]*, now 0.5\)' 'which'
mended moved 4
spoilt 'moved, and drawn since' 'UPDATE doc SET set_no = 1 WHERE seq = 41'
run_ok s.tiger draw train 2
run_ok s.tiger check
like "$out" 'before the last import, draw or drop texts were not' 'is still told'
run_ok s.tiger import test more.csv --id id --text text --bad-rows drop
run_ok s.tiger check
like "$out" 'before the last import, draw or drop texts were not' 'for good'

# ---- after acts of all kinds ----
run_ok p.tiger drop test --yes
run_ok p.tiger check
run_ok p.tiger import test more.csv --id id --text text
run_ok p.tiger check --json
json_is '.unvouched[#]' 0 'what was dropped and came again'
run_ok restore b.tiger r
run_ok r.tiger check --json
json_is '.unvouched[#]' 0 'what was restored'
ok 'and moved' sql r.tiger 'UPDATE doc SET set_no = 1 WHERE seq = 41'
run r.tiger check
status 1 'is seen there too'
run_ok p.tiger export work --out w --n 3
run_ok w.tiger check --json
json_is '.unvouched[0]' sets 'a work copy has a part of the texts'
done_testing
