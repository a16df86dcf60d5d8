# Parameters, roles and columns: check compares them with the log, and
# check --rebuild makes them what it says.
. tests/tap.sh
cd "$w" || exit
sql() {
	"$BUILD/tests/tools/sql" "$@"
}
printf 'id,text,kind\nt1,some words,a\nt2,more words,b\n' >d.csv
run_ok new p --data d.csv --id id --text text --lang en
run_ok p.tiger config double 0.5
run_ok p.tiger config double 0.25
run_ok p.tiger config context kind
run_ok p.tiger config retrain 10
run_ok p.tiger backup b.tiger
whole=p.tiger

# spoilt SQL: a copy of the project with that done to it.
spoilt() {
	rm -rf s.tiger s.tiger-data
	cp "$whole" s.tiger
	ok "$1" sql s.tiger "$1"
}
# found REGEX: that and nothing else; mended from the log.
found() {
	run s.tiger check --json
	status 1 'found'
	json_is '.findings[#]' 1 'once'
	like "$(json '.findings[0]')" "^$1: check --rebuild mends it\$" 'told'
	run_ok s.tiger check --rebuild --json
	json_is .sound true 'mended'
	run_ok s.tiger config --json
	json_is '.config[3].value' 0.25 'and as it was'
	json_is '.config[2].value' kind 'columns too'
}
run_ok p.tiger check --json
json_is '.unvouched[#]' 0 'all is in the log'
spoilt "UPDATE param SET value = '1' WHERE key = 'double'"
found 'parameter double is 1 here, and 0.25 by the log'
spoilt "DELETE FROM param WHERE key = 'double'"
found 'parameter double is not set here, and 0.25 by the log'
spoilt "INSERT INTO param VALUES('audit', '0.5')"
found 'parameter audit is 0.5 here, and not set by the log'
spoilt "UPDATE param SET value = 'fr' WHERE key = 'language'"
found 'parameter language is fr here, and en by the log'
spoilt "UPDATE field SET role = 0 WHERE name = 'kind'"
found 'the role of column kind is none here, and context by the log'
spoilt "UPDATE field SET role = 4 WHERE name = 'id'"
found 'the role of column id is context here, and id by the log'
spoilt "INSERT INTO user VALUES(77777, 'eve', 3, 0)"
found 'the role of eve is owner here, and not set by the log'

# ---- people ----
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	nobody=$(id -u nobody)
	run_ok p.tiger user add nobody --role annotator --no-acl
	run_ok p.tiger check
	spoilt "UPDATE user SET role = 2 WHERE uid = $nobody"
	found 'the role of nobody is manager here, and annotator by the log'
	spoilt "UPDATE user SET name = 'eve' WHERE uid = $nobody"
	found "the name of account $nobody is eve here, and nobody by the log"
	spoilt "DELETE FROM user WHERE uid = $nobody"
	found "the role of nobody is not set here, and annotator by the log"
	run_ok s.tiger user list --json
	like "$out" '"user":"nobody"' 'with their name'
	run_ok p.tiger user remove nobody
	run_ok p.tiger check --json
	json_is '.unvouched[#]' 0 'nor of who has gone'
fi

# ---- scores, and looks at them ----
{
	echo 'id,text'
	for i in $(seq 1 12); do
		echo "$i,text $i about $([ $((i % 2)) = 0 ] && echo cats ||
		    echo dogs)"
	done
} >m.csv
run_ok new m --data m.csv --id id --text text
{
	echo label add odd
	echo label add even
	for i in 1 3 5 7; do echo "tag $i odd"; done
	for i in 2 4 6 8; do echo "tag $i even"; done
	echo feature add tfidf
	echo quick train --features tfidf
	echo score quick --set train
	echo score quick --set train
} | "$TAGTIGER" m.tiger >/dev/null
run_ok m.tiger check
whole=m.tiger
# scored REGEX: found, and mended.
scored() {
	run s.tiger check --json
	status 1 'found'
	like "$(json '.findings[0]')" "^$1: check --rebuild mends it\$" 'told'
	run_ok s.tiger check --rebuild --json
	json_is .sound true 'mended'
}
spoilt "UPDATE look SET looks = 1"
cp -R m.tiger-data s.tiger-data
scored 'how often scores on train were looked at .scheme default. is 1 here, and 2 by the log'
spoilt "UPDATE score SET json = replace(json, '0.', '1.') WHERE id = 1"
cp -R m.tiger-data s.tiger-data
scored "scores of quick on train are not what was computed: .* computes them again"
run_ok m.tiger export work --out mw --n 1
run_ok mw.tiger check
run_ok m.tiger quick delete quick
run_ok m.tiger check

# ---- copies: their own acts count, and not what is merged ----
run_ok restore b.tiger r
run_ok r.tiger check --json
json_is '.unvouched[#]' 0 'a restored one goes on from the log'
run_ok r.tiger config double 0.75
run_ok r.tiger check
run_ok p.tiger config retrain 20
run_ok r.tiger import work p.tiger
run_ok r.tiger check
run_ok p.tiger import work r.tiger
run_ok p.tiger check
run_ok p.tiger config double --json
json_is .value 0.25 'each has its own'
run_ok r.tiger duplicate rr
run_ok rr.tiger check --json
json_is '.unvouched[#]' 0 'a copy of a copy'
whole=rr.tiger
spoilt "UPDATE param SET value = '1' WHERE key = 'double'"
run s.tiger check
like "$out" 'double is 1 here, and 0.75 by the log' 'is seen there'
run_ok p.tiger export work --out w --n 1
run_ok w.tiger check
run_ok w.tiger config double 0.1
run_ok w.tiger check
whole=w.tiger
spoilt "UPDATE param SET value = '1' WHERE key = 'double'"
run s.tiger check
like "$out" 'double is 1 here, and 0.1 by the log' 'and in a work copy'

# ---- an older file ----
sql rr.tiger "DELETE FROM meta WHERE key = 'lineage'"
run_ok rr.tiger check --json
json_is '.unvouched[0]' parameters 'what it cannot know is said'
json_is '.unvouched[1]' roles 'of each'
done_testing
