# What happens to a project's file while it is open: moved, removed, replaced
# (by another project, by a backup that is moved or written over it), emptied,
# cut short, its journal removed. No label is answered as saved that is not in
# the file of that name afterwards; each refusal says what happened.
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

# A copy from before, put there while the program was away, is no trouble.
begin
finish
cp kept.tiger p.tiger
run_ok p.tiger tag 9 b
run_ok p.tiger check
done_testing
