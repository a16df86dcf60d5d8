# Work copies: a part of the project for a colleague elsewhere, and back.
. tests/tap.sh
cd "$w" || exit

{
	echo 'id,text'
	for i in $(seq 1 20); do echo "t$i,words of the text $i"; done
} >d.csv
run_ok new p --data d.csv --id id --text text --train 16
run_ok p.tiger label add a
run_ok p.tiger label add b
id1=$("$TAGTIGER" p.tiger next --mode sequential --json | "$BUILD/tests/tools/json" .id)
run_ok p.tiger tag "$id1" a

# labels FILE: one line a text and annotator, whatever the file is called.
labels() {
	rm -f labels.csv
	"$TAGTIGER" "$1" export annotations --layer all --set all \
	    --out labels.csv >/dev/null
	cut -d, -f1,5,6 labels.csv | LC_ALL=C sort
}

# ---- giving away ----
run p.tiger export work --out c --n 16
status 3 'more texts than are free'
like "$err" '15 are neither' 'is told how many'
run p.tiger export work --out c --n 5 --user nosuch
status 3 'a user that is none'
run_ok p.tiger export work --out c --n 5 --json
json_is .texts 5 'five texts'
json_is .file c.tiger 'the ending is added'
run p.tiger export work --out c --n 5
status 3 'a file that exists'
run_ok p.tiger export work --out c2.tiger --n 10
run p.tiger export work --out c3 --n 1
status 3 'what is out is not given again'
run_ok c.tiger info --json
json_is .texts.train 5 'the texts are in it'
run_ok c.tiger check
run_ok c.tiger export annotations --out c.csv
tail -n +2 c.csv | cut -d, -f1 >ids
run_ok p.tiger next --json
json_is .id null 'at home nothing is left: the rest is out'
json_is .held 15 'and is said to be held'
run c.tiger import texts d.csv --id id --text text
status 4 'a copy takes no other texts'
run c.tiger user add nobody
status 4 'and no other users'
run c.tiger user role root annotator
status 4 'nor other roles'
run_ok p.tiger export work --out named --ids t1,t2,t1 --json
json_is .texts 2 'by ids, each once'

# ---- both sides at work ----
"$TAGTIGER" c.tiger next --mode sequential --json >n1
first=$("$BUILD/tests/tools/json" .id <n1)
run_ok c.tiger tag "$first" b
"$TAGTIGER" c.tiger next --mode sequential --json >n2
second=$("$BUILD/tests/tools/json" .id <n2)
run_ok c.tiger tag "$second" a --comment "from the copy"
run_ok c.tiger label add new
run_ok p.tiger label add new
run_ok p.tiger label rename b other
run_ok p.tiger scheme add more
run_ok c.tiger scheme add more
run_ok c.tiger config double 0.5
cp p.tiger before.tiger
run_ok p.tiger import work c.tiger --check --json
json_is .tagged 2 'a dry run counts'
ok 'and writes nothing' cmp p.tiger before.tiger
run_ok p.tiger import work c.tiger --json
json_is .tagged 2 'two texts came'
json_is '.by[0].tagged' 2 'of whom'
like "$out" 'label new in scheme default: the two are one' 'one name, one label'
like "$out" 'scheme more: the later one is more-2' 'schemes stay two'
like "$out" 'on parameters.*own.*: 1 act"' 'parameters are not taken over, and said'
like "$out" "parameter double is 0.5 there, and stays as it is here: 'config" \
    'with what they were set to'
run_ok p.tiger config double --json
json_is .value 0 'nor changed'
run_ok p.tiger check
run_ok p.tiger export annotations --layer all --out p.csv
like "$(grep "^$first," p.csv)" ',other,' 'a label that was renamed here'
like "$(grep "^$second," p.csv)" 'from the copy' 'comments too'
like "$(grep "^$id1," p.csv)" ',a,' "and this side's stay"
labels p.tiger >one
run_ok p.tiger import work c.tiger --json
json_is .events 0 'twice adds nothing'
labels p.tiger >two
ok 'and changes nothing' cmp one two

# ---- a newer state, and back again ----
run_ok c.tiger undo
run_ok c.tiger tag "$first" a
run_ok p.tiger tag "$second" new
run_ok p.tiger import work c.tiger --json
json_is .tagged 1 'only what is new'
run_ok p.tiger check
labels p.tiger >home
LC_ALL=C sort -t, -k1,1 ids | join -t, - home >part && mv part home
run_ok c.tiger import work p.tiger
run_ok c.tiger check
labels c.tiger | grep ^t >away
ok 'both sides say the same' cmp home away
run_ok c.tiger export work --out again --days 0
run_ok again.tiger check

# ---- taking a merge back ----
run_ok c.tiger tag "$first" other
labels p.tiger >one
run_ok p.tiger import work c.tiger
run_ok p.tiger history --kind import --json
act=$(json '.events[0].replica'):$(json '.events[0].act')
run_ok p.tiger undo --act "$act"
run_ok p.tiger check
labels p.tiger >two
ok 'what stood before stands again' cmp one two
run_ok p.tiger redo
run_ok p.tiger check
labels p.tiger | grep "^$first" >three
like "$(cat three)" ',other,' 'and the other way'

# ---- each side deletes a scheme of two ----
run_ok new two --data d.csv --id id --text text
run_ok two.tiger scheme add other
run_ok two.tiger export work --out away --n 3
run_ok away.tiger scheme delete other
run_ok two.tiger scheme delete default
run_ok two.tiger import work away.tiger --json
like "$out" 'both sides deleted all schemes: the last one stays' 'one stays'
run_ok two.tiger check
run_ok away.tiger import work two.tiger
run_ok away.tiger check
kept=$("$TAGTIGER" two.tiger scheme list)
like "$kept" 'default|other' 'of the two'
is "$("$TAGTIGER" away.tiger scheme list)" "$kept" 'the same on both sides'

# ---- what was seen is cleared in the copy ----
run_ok two.tiger label add x
run_ok away.tiger import work two.tiger
seen=$("$TAGTIGER" away.tiger next --mode sequential --json |
    "$BUILD/tests/tools/json" .id)
run_ok away.tiger tag "$seen" x
run_ok two.tiger import work away.tiger
run_ok two.tiger next --filter tagged --json
json_is .id null 'seen there is seen at home'
run_ok away.tiger session clear
run_ok two.tiger import work away.tiger
run_ok two.tiger check
run_ok two.tiger next --filter tagged --json
json_is .id "$seen" 'cleared there is to be seen again'

# ---- two copies that make the same things, merged in either order ----
run_ok new m --data d.csv --id id --text text
run_ok m.tiger label add a
run_ok m.tiger export work --out left --n 2
run_ok m.tiger export work --out right --n 2
run_ok left.tiger next --mode sequential --json
l=$(json .id)
run_ok right.tiger next --mode sequential --json
r=$(json .id)
echo "of the right" >book.md
for copy in left right; do
	run_ok $copy.tiger label add both
	run_ok $copy.tiger label add $copy --key l
	run_ok $copy.tiger scheme add twice
	run_ok $copy.tiger label add "$copy-only" --scheme twice
done
run_ok left.tiger tag "$l" both
run_ok left.tiger label rename both mine
run_ok left.tiger label rename left both
run_ok right.tiger tag "$r" both
run_ok right.tiger label rename right both
run_ok right.tiger label describe both "what both say"
run_ok right.tiger codebook set book.md --scheme twice
cp m.tiger m1.tiger
cp m.tiger m2.tiger
run_ok m1.tiger import work left.tiger
run_ok m1.tiger import work right.tiger
run_ok m2.tiger import work right.tiger
run_ok m2.tiger import work left.tiger
for n in 1 2; do
	run_ok m$n.tiger check
	labels m$n.tiger >order$n
	for scheme in default twice twice-2; do
		run_ok m$n.tiger label list --scheme $scheme --json
		printf '%s\n' "$out" >>order$n
	done
done
ok 'come to the same' cmp order1 order2
like "$(cat order1)" "^$l,mine," 'what was renamed is'
like "$(cat order1)" "^$r,both," 'what has the name of another is one with it'

# ---- refused ----
run_ok new q --data d.csv --id id --text text
run q.tiger import work c.tiger
status 3 'another project'
run p.tiger import work d.csv
status 3 'no project at all'
run p.tiger import work p.tiger
status 3 'itself'
cp c.tiger twin.tiger
run_ok c.tiger tag "$first" a
run_ok twin.tiger tag "$first" other
run_ok p.tiger import work c.tiger
run p.tiger import work twin.tiger
status 1 'a copy that was worked in twice'
like "$err" 'worked in at two places' 'says so'
run_ok p.tiger check

# ---- done ----
run_ok p.tiger import work c.tiger --done
run_ok p.tiger next --json
unlike "$(json .id)" '^null$' 'what it left is given to everybody again'
run_ok p.tiger import work c2.tiger --done --json
json_is .events 0 'a copy in which nothing was done'

# ---- a set that was dropped at home ----
run_ok p.tiger draw test 2
run_ok p.tiger drop test --yes
run_ok p.tiger check
run_ok c.tiger import work p.tiger
run_ok c.tiger check
run_ok c.tiger tag "$second" new
run_ok p.tiger import work c.tiger
run_ok p.tiger check

# ---- accounts ----
uid=$(id -u nobody 2>/dev/null) || uid=
if [ "$(id -u)" = 0 ] && [ -n "$uid" ] && command -v setpriv >/dev/null; then
	base=$(mktemp -d /var/tmp/tagtiger-test.XXXXXX) || exit
	trap 'rm -rf "$base"' EXIT
	chmod 755 "$base" && mkdir "$base/n" && chown nobody "$base/n"
	cp "$TAGTIGER" "$base/tagtiger"
	as_nobody() {
		setpriv --reuid "$uid" --regid "$(id -g nobody)" --clear-groups \
		    env HOME="$base/n" "$base/tagtiger" "$@"
	}
	run_ok p.tiger export work --out "$base/n/mine" --user "$(id -un)"
	run_ok p.tiger export work --out "$base/n/theirs"
	chown -R nobody "$base/n"
	ok 'made for somebody' as_nobody "$base/n/mine.tiger" tag "$first" new
	ok 'or for anyone' as_nobody "$base/n/theirs.tiger" tag "$first" a
	run_ok p.tiger import work "$base/n/mine.tiger" --json
	json_is '.by[0].user' "$(id -un)" 'whoever opens it acts as them'
	run_ok p.tiger import work "$base/n/theirs.tiger" --check --json
	json_is '.by[0].user' nobody 'a dry run names who would come'
	run_ok p.tiger import work "$base/n/theirs.tiger" --json
	json_is '.by[0].user' nobody 'a colleague without an account here'
	json_is .second_opinions 1 'has a second opinion'
	run_ok p.tiger agreement --json
	json_is .n 1 'which agreement counts'
	run_ok p.tiger check
	run_ok p.tiger user add nobody --no-acl
	run_ok p.tiger user list --json
	like "$out" '"user":"nobody-2"' 'who has an account of the name now'
	ok 'and they go on' as_nobody "$base/n/theirs.tiger" tag "$second" a
	run_ok p.tiger import work "$base/n/theirs.tiger" --json
	json_is '.by[0].user' nobody-2 'is still who they were'
	run_ok p.tiger check
fi
done_testing
