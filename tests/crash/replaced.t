# What happens to a project's file while it is open: moved, removed, replaced
# (by another project, by a backup that is moved or written over it), emptied,
# cut short, bits of it turned, its journal removed; and to its data folder. No
# label is answered as saved that is not in the file of that name afterwards;
# each refusal says what happened.
. tests/tap.sh
cd "$w" || exit
awk 'BEGIN { print "id,text"; for (i = 1; i <= 200; i++)
	printf "%d,text %d about thing%d\n", i, i, i % 7 }' >d.csv
run_ok new sound --data d.csv --id id --text text
for l in a b; do run_ok sound.tiger label add $l; done
run_ok sound.tiger tag 1 a
run_ok new other --data d.csv --id id --text text
for l in a b; do run_ok other.tiger label add $l; done
mkfifo in out

# begin: the program holds p.tiger open, with two labels saved.
begin() {
	rm -rf p.tiger* kept.tiger away
	cp sound.tiger p.tiger
	run_ok p.tiger backup kept.tiger
	"$TAGTIGER" p.tiger --json --keep-going <in >out 2>"$w/.held" &
	pid=$!
	exec 3>in 4<out
	ask 'tag 2 a'
	ask 'tag 3 b'
}
ask() {
	echo "$1" >&3
	read -r said <&4
}
finish() {
	exec 3>&- 4<&-
	rc=0
	wait $pid || rc=$?
}
# refused NAME REGEX: the next label is refused, and so is one after it.
refused() {
	ask 'tag 4 a'
	like "$said" "^\{\"error\":\".*$2" "$1: a label is refused"
	ask 'tag 5 a'
	like "$said" '^\{"error":' "$1: and so is the next"
	finish
	status 1 "$1: which is a failure"
}
tagged() {
	run_ok "$1" export annotations --out a.csv
	grep -c ',a,\|,b,' a.csv
}

begin
mkdir away && mv p.tiger away
refused moved 'was moved or removed while it was open: .*put it back and open'
ok 'moved: nothing is made where it was' test ! -e p.tiger
run_ok away/p.tiger check
is "$(tagged away/p.tiger)" 3 'moved: what was answered went with it'

begin
rm p.tiger
refused removed 'was moved or removed while it was open'
ok 'removed: nothing is made in its place' test ! -e p.tiger

begin
cp other.tiger new.tiger && mv new.tiger p.tiger
refused 'another project in its place' \
    'another file took its name .* can be saved: open it again'
is "$(tagged p.tiger)" 0 'another project in its place: untouched'

begin
mv kept.tiger p.tiger
refused 'a backup moved over it' 'another file took its name'
is "$(tagged p.tiger)" 1 'a backup moved over it: stays as it was'

begin
cp kept.tiger p.tiger
refused 'a backup written over it' 'an older copy was written over'
run_ok p.tiger check
is "$(tagged p.tiger)" 1 'a backup written over it: stays as it was'

begin
cp other.tiger p.tiger
refused 'another project written over it' 'p\.tiger: '
run_ok p.tiger check
is "$(tagged p.tiger)" 0 'another project written over it: untouched'

begin
finish
"$TAGTIGER" p.tiger --json --keep-going <in >out 2>"$w/.held" &
pid=$!
exec 3>in 4<out
ask 'label list'
cp other.tiger p.tiger
ask 'tag 4 a'
like "$said" 'an older copy was written over' 'one that has only read sees it'
finish

begin
: >p.tiger
refused emptied 'p\.tiger: (damaged|was emptied while it was open)'
ok 'emptied: left so' test ! -s p.tiger

begin
truncate -s 8192 p.tiger
refused 'cut short' 'damaged or cut short .*go on from a backup'
run p.tiger check
status 1 'cut short: found again'

# With a new label the log goes on, whatever becomes of the journal's name.
begin
rm -f p.tiger-journal p.tiger-wal p.tiger-shm
ask 'tag 4 a'
like "$said" '"id":"4"' 'no journal: saved'
finish
status 0 'no journal: well'
run_ok p.tiger check
is "$(tagged p.tiger)" 4 'no journal: all stand'

# A bit turned while the program has the file open: whether it meets it or not,
# what it says was saved is there, or check says what is damaged.
bad=0
size=$(stat -c %s sound.tiger)
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	begin
	at=$((i * 7919 * 31 % size))
	byte=$(od -An -tu1 -j $at -N 1 p.tiger)
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 16)))" |
	    dd of=p.tiger bs=1 seek=$at conv=notrunc 2>/dev/null
	told=3
	for n in 4 5 6 7; do
		ask "tag $n a"
		case $said in
		'{"scheme"'*) told=$((told + 1)) ;;
		'{"error":"p.tiger: '*) ;;
		*)
			bad=$((bad + 1))
			tap_note "bit of byte $at: $said" ;;
		esac
	done
	finish
	run p.tiger check
	[ "$rc" != 0 ] || [ "$(tagged p.tiger)" = $told ] || {
		bad=$((bad + 1))
		tap_note "bit of byte $at: sound, with less than $told labels"
	}
	case $rc:$out$err in
	[01]:?*) ;;
	*)
		bad=$((bad + 1))
		tap_note "bit of byte $at: check ends with $rc: $err" ;;
	esac
done
is $bad 0 'a bit turned: nothing is lost unseen'

# ---- the data folder ----

awk 'BEGIN { print "id,text,label"; for (i = 1; i <= 60; i++)
	printf "%d,text %d about thing%d,%s\n", i, i, i % 7, i % 2 ? "a" : "b"
}' >l.csv
# trained NAME OPTION...: a project with a model, and what it predicts.
trained() {
	name=$1
	shift
	run_ok new "$name" --data l.csv --id id --text text --label label "$@"
	run_ok "$name.tiger" feature add tfidf
	run_ok "$name.tiger" quick train --features tfidf
	run_ok "$name.tiger" predict quick
}
trained model
trained foreign --train 30
# begin_model: the program holds model.tiger open, and has used its folder.
begin_model() {
	rm -rf p.tiger*
	cp model.tiger p.tiger && cp -R model.tiger-data p.tiger-data
	"$TAGTIGER" p.tiger --json --keep-going <in >out 2>"$w/.held" &
	pid=$!
	exec 3>in 4<out
	ask 'next --mode active --model quick --filter all'
	like "$said" '"id":"' 'the folder is in use'
}

begin_model
rm -rf p.tiger-data
ask 'tag 4 b'
like "$said" '"id":"4"' 'data folder removed: labels go on'
ask 'next --mode active --model quick --filter all --fresh'
like "$said" '"id":"|predict' 'data folder removed: so does active, or it is said'
ask 'predict quick'
like "$said" '"predicted":60' 'data folder removed: it is made again'
finish
run p.tiger check
like "$out" '1-sets.*: train quick again' \
    'data folder removed: check says what is not made by itself'

begin_model
finish
rm -rf p.tiger-data && cp -R foreign.tiger-data p.tiger-data
run p.tiger check
status 1 'the data folder of another project: found'
like "$out" 'feature tfidf: its file is of another project' 'and said'
for words in 'predict quick' 'quick train --features tfidf' \
    'export features --feature tfidf --out x.csv' \
    'export predictions --model quick --out x.csv'; do
	# shellcheck disable=SC2086
	run p.tiger $words
	like "$err" 'feature tfidf: its file is of another project or of another' \
	    "its features are not taken for those of this one: $words"
done
run_ok p.tiger feature add tfidf
run_ok p.tiger quick train --features tfidf
run_ok p.tiger predict quick
run_ok p.tiger check
run_ok p.tiger next --mode active --model quick --filter all

# The folder in which all of it lies.
mkdir all
run_ok new all/q --data d.csv --id id --text text
run_ok all/q.tiger label add a
"$TAGTIGER" all/q.tiger --json --keep-going <in >out 2>"$w/.held" &
pid=$!
exec 3>in 4<out
ask 'tag 1 a'
rm -rf all
ask 'tag 2 a'
like "$said" '^\{"error":".*was moved or removed while it was open' \
    'the whole folder removed: said'
finish
ok 'and nothing is made in its place' test ! -e all

# A copy from before, put there while the program was away, is no trouble.
begin
finish
cp kept.tiger p.tiger
run_ok p.tiger tag 9 b
run_ok p.tiger check
done_testing
