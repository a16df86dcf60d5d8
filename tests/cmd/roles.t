# Who may do what: every command of the table, as an annotator, a manager and
# an owner, alone and in a script.
. tests/tap.sh
two_accounts
chown nobody . && mkdir shared
printf 'id,text\n1,one\n2,two\n3,three\n4,four\n' >d.csv
run_ok new shared/p --data d.csv --id id --text text
p=$base/shared/p.tiger
run_ok "$p" label add a
run_ok "$p" user add nobody

# What takes a manager, and what an owner: a line each that would do it.
cat >managers <<'X'
draw train 1
import texts d.csv --id id --text text
import valid d.csv --id id --text text
import test d.csv --id id --text text
import annotations d.csv --id id --label text
import work d.csv
drop test --yes
snapshot take
snapshot delete x
config double 0.5
check --rebuild
scheme add s
scheme copy default s
scheme rename default s
scheme delete default
label add b
label rename a b
label move a 1
label delete a
label key a x
label colour a red
label describe a words
label split a b --match x
codebook set d.csv
feature add tfidf
feature delete tfidf
quick train
quick curve
quick delete quick
bert train
bert resume m
bert rename m n
bert delete m
predict m
export annotations --out x.csv
export predictions --model m --out x.csv
export features --feature f --out x.csv
export model m --out x.csv
export codebook --out x.md
export history --out x.csv
export work --out x
export loss --model m --out x.svg
export learning --model m --out x.svg
export confusion --model m --out x.svg
export scores --model m --out x.svg
adjudicate
adjudicate 1 a
compact
prediction delete m
X
cat >owners <<'X'
user add daemon
user role nobody owner
user remove root
delete --yes
X
# refused FILE ROLE: each line ends with status 4 and says who may.
refused() {
	as_nobody "$p" --json --keep-going <"$1" >out 2>/dev/null
	is "$(wc -l <out | tr -d ' ')" "$(wc -l <"$1" | tr -d ' ')" \
	    "$3: every line is answered"
	is "$(grep -vc "\"this is for $2s, and you are .*\"status\":4" out)" \
	    0 "$3: and refused"
	grep -v "\"this is for $2s, and you are .*\"status\":4" out |
	    sed 's/^/# /'
}
refused managers manager 'an annotator'
refused owners owner 'an annotator'

# Every command that the table says is a manager's or an owner's is here.
"$base/tagtiger" help --json >all
for role in manager owner; do
	tr '{' '\n' <all | grep "\"role\":\"$role\"" |
	    sed -n 's/.*"name":"\([^"]*\)".*/\1/p' | while read -r name; do
		[ "$name" = 'codebook edit' ] ||
		    grep -q "^$name" ${role}s || echo "$name"
	done >left
	is "$(cat left)" '' "all of the ${role}s' commands were tried"
done

rc=0
as_nobody "$p" label add b 2>err >/dev/null </dev/null || rc=$?
is $rc 4 'the shell is told by the status'
like "$(cat err)" '^tagtiger: this is for managers, and you are an annotator: ask' \
    'and by a line that says whom to ask'

# An annotator's own.
cat >own <<'X'
next
tag 1 a
comment 1 words
flag 1
untag 1
undo
redo
skip 2
session list
session clear
tag-all 1 2 --label a
scheme use default
label list
codebook show
codebook export
history
agreement --set rest
user list
account
storage
snapshot list
info
check
why 1
X
as_nobody "$p" --json --keep-going <own >out 2>/dev/null
is "$(grep '"status":4' out)" '' 'an annotator may do these'

as_nobody "$p" complete -- 'label ' >out </dev/null
is "$(cut -f 1 out | tr '\n' ' ')" 'list ' \
    'what an annotator may not do is no completion'

run_ok "$p" user role nobody manager
as_nobody "$p" complete -- 'label ' >out </dev/null
like "$(cat out)" rename 'and a manager may'
refused owners owner 'a manager'
as_nobody "$p" --json --keep-going <managers >out 2>/dev/null
is "$(grep '"status":4' out)" '' 'a manager may do what managers may'

# A role counts from the moment on in which it is given, in what runs as well.
mkfifo in answers
as_nobody "$p" --json --keep-going <in >answers 2>/dev/null &
exec 3>in 4<answers
ask() {
	echo "$1" >&3
	read -r said <&4
}
ask 'label add first'
like "$said" '"label":"first"' 'a manager may'
run_ok "$p" user role nobody annotator
ask 'label add second'
like "$said" '"status":4' 'and may not once they are none'
run_ok "$p" user role nobody owner
ask 'user role nobody annotator'
like "$said" '"role":"annotator"' 'an owner may do this'
ask 'label add third'
like "$said" '"status":4' 'and has done it to themselves'
exec 3>&- 4<&-
wait
run_ok "$p" user role nobody manager

# Who made a change of a scheme takes it back, whatever they are by then.
as_nobody "$p" label add mine >/dev/null </dev/null
run_ok "$p" user role nobody annotator
rc=0
as_nobody "$p" undo </dev/null >out || rc=$?
is $rc 0 'who did it takes it back'
like "$(cat out)" mine 'though no manager any more'
run_ok "$p" user role nobody owner
as_nobody "$p" user list >/dev/null </dev/null
run_ok "$p" user remove nobody
run "$p" user role nobody manager
status 3 'who was removed has no role'
like "$err" 'nobody is no user of this project: user add' 'but is added again'
as_nobody "$p" info >out 2>&1 </dev/null
is $? 4 'and nothing when no user'
done_testing
