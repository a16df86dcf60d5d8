# Projects that can only be read, or not even that: a file, its folder, its data
# folder without rights, a file system that is mounted read-only. What only
# reads works; what would change the project says why it cannot, before it
# works for hours.
. tests/tap.sh
base=$(mktemp -d /var/tmp/tagtiger-test.XXXXXX) || exit
trap 'chmod -R u+rwX "$base"; rm -rf "$base"' EXIT
if [ "$(id -u)" = 0 ]; then
	# root may all, so another account tries.
	command -v setpriv >/dev/null || skip_all 'needs setpriv'
	as='setpriv --reuid nobody --clear-groups --regid '$(id -g nobody)
	$as true || skip_all 'there is no account nobody'
else
	as="env"
fi
chmod 755 "$base"
cp "$TAGTIGER" "$base/tagtiger"
cd "$base" || exit
mkdir o home
awk 'BEGIN { print "id,text,label"; for (i = 1; i <= 60; i++)
	printf "%d,text %d about thing%d,%s\n", i, i, i % 7, i % 2 ? "a" : "b"
}' >d.csv
[ "$as" = env ] || chown nobody . o home d.csv
# by WORD...: the program, run by an account that rights matter to.
by() {
	rc=0
	out=$($as env HOME="$base/home" "$base/tagtiger" "$@" 2>"$w/.err" \
	    </dev/null) || rc=$?
	err=$(cat "$w/.err")
	tap_ran="tagtiger $*"
}
by_ok() {
	by "$@"
	status 0 "$tap_ran"
}
by_ok new o/p --data d.csv --id id --text text --label label --test 20
by_ok o/p.tiger feature add tfidf
by_ok o/p.tiger quick train --features tfidf
by_ok o/p.tiger predict quick
by_ok o/p.tiger score quick
by_ok o/p.tiger codebook set d.csv
# reading WHY PROJECT: all that reads does, and leaves the file as it was.
reading() {
	why=$1 p=$2
	before=$(cksum <o/p.tiger)
	rm -rf out && mkdir out && chmod 777 out
	for words in info check history 'score quick' 'score quick --set train' \
	    'confusion quick' 'label list' 'scheme list' 'user list' storage \
	    'feature list' 'quick list' 'quick show quick' 'codebook show' \
	    'session list' config account 'snapshot list' 'job list' \
	    'export annotations --set all --out out/a.csv' \
	    'export annotations --out out/a.xlsx' \
	    'export annotations --out out/a.parquet' \
	    'export predictions --model quick --out out/p.csv' \
	    'export features --feature tfidf --out out/f.csv' \
	    'export model quick --out out/m.csv' \
	    'export confusion --model quick --out out/c.svg' \
	    'export codebook --out out/c.md' \
	    'export history --out out/h.csv' \
	    'backup out/b.tiger' 'archive out/a.tar.zst'; do
		# shellcheck disable=SC2086
		by "$p" $words
		status 0 "$why: $words"
	done
	by "$p" agreement
	like "$err" 'annotated by two' "$why: agreement reads"
	by "$p" export annotations --out out/a2.csv
	like "$err" 'nothing is noted in it' "$why: that is said"
	ok "$why: whole" test "$(wc -l <out/a.csv)" = 61
	for words in 'tag 1 a' next 'label add c' 'quick train --name x' \
	    'feature add tfidf --name y' 'import annotations d.csv --id id' \
	    'predict quick' undo 'config retrain 5'; do
		# shellcheck disable=SC2086
		by "$p" $words
		status 4 "$why: $words is refused"
		like "$err" "$3" "$why: $words says why"
	done
	is "$(cksum <o/p.tiger)" "$before" "$why: the file is as it was"
}

chmod 444 o/p.tiger
reading 'a file' o/p.tiger 'no permission to write it'
chmod 600 o/p.tiger
cp -p o/p.tiger o/hot.tiger
"$BUILD/tests/tools/sql" o/hot.tiger 'PRAGMA cache_size = 1; BEGIN;
    UPDATE text SET body = body || hex(zeroblob(9000))'
ok 'a process was killed' test -s o/hot.tiger-journal
chmod 444 o/hot.tiger
by o/hot.tiger info
status 4 'who only may read cannot take back what it wrote'
like "$err" 'a process was killed while it wrote: open it once with' 'and why'
chmod 600 o/hot.tiger
by_ok o/hot.tiger check
rm o/hot.tiger
chmod 555 o
reading 'a folder' o/p.tiger 'no permission to write its folder'
by new o/q --data d.csv --id id --text text
status 4 'a folder: nothing can be made there'
like "$err" 'cannot write in this folder: Permission denied' 'and why'
by restore out/a.tar.zst o/r
status 4 'a folder: nor restored'
like "$err" 'cannot write in this folder: Permission denied' 'and why'
chmod 755 o

chmod 000 o/p.tiger
by o/p.tiger info
status 4 'without any right'
like "$err" 'no permission to read it' 'and why'
chmod 600 o/p.tiger
chmod 000 o
by o/p.tiger info
status 4 'a folder without any right'
like "$err" 'no permission to look into this folder' 'and why'
chmod 755 o

# The data folder: labels go on, what lies in there is said to be out of reach.
chmod 000 o/p.tiger-data
by_ok o/p.tiger tag 1 b
by_ok o/p.tiger info
by_ok o/p.tiger export annotations --out out/d.csv
for words in 'export features --feature tfidf --out out/df.csv' \
    'feature add tfidf --name z' 'quick train --features tfidf --name z' \
    'score quick --set train' 'snapshot take' 'snapshot list' \
    'archive out/d.tar.zst'; do
	# shellcheck disable=SC2086
	by o/p.tiger $words
	status 4 "the data folder without rights: $words"
	like "$err" 'p.tiger-data.*: Permission denied' "$words: and why"
done
by o/p.tiger check
status 1 'the data folder without rights: check finds it'
chmod 755 o/p.tiger-data
by_ok o/p.tiger check
by_ok o/p.tiger undo

# A file system that is mounted so: not even root may write.
if [ "$as" != env ] && unshare -m true 2>/dev/null; then
	by_ok o/p.tiger user add root --role manager --no-acl
	mkdir ro
	cat >"$base/inside" <<-'EOF'
		mount --bind o ro && mount -o remount,ro,bind ro || exit 125
		[ "$1" != env ] || shift 3
		exec ./tagtiger "$@"
	EOF
	as="unshare -m sh $base/inside" && chmod 755 .
	reading 'a file system' ro/p.tiger 'on a read-only file system'
	by new ro/q --data d.csv --id id --text text
	status 4 'a file system: nothing can be made there'
	like "$err" 'cannot write in this folder: Read-only' 'and why'
fi
done_testing
