# Long acts that are killed, and that are asked to stop, at instants spread over
# the time that they take. A killed one leaves what the next start removes; one
# that is asked leaves nothing, and says that it was stopped. The project is
# sound after each, and the act goes through in the end.
. tests/tap.sh
root=$PWD
: "${TAGTIGER_HAVE_TORCH:=0}"
cd "$w" || exit
base=$root/tests/parity/bert_uncased
data=$root/data/packages.csv
mkdir made
awk 'BEGIN { print "id,text"; for (i = 1; i <= 4000; i++)
	printf "n%d,new text %d about thing%d and words\n", i, i, i % 7
}' >more.csv
run_ok new p --data "$data" --id id --text text --label section --test 500
run_ok p.tiger feature add tfidf
run_ok p.tiger quick train --features tfidf

# A training that is stopped keeps its checkpoint, to go on from.
listing() {
	find . -name '*.tiger-tmp*' -prune -o -type f ! -name '.*' \
	    ! -name checkpoint.bin -print | sort
}
now_ms() {
	date +%s%3N
}
# try SIGNAL MS WORD...: the program, with a signal so many milliseconds later.
# 137 where it was killed, as a shell says.
try() {
	sig=$1 after=$2
	shift 2
	rc=0
	timeout --preserve-status -s "$sig" "$(printf '0.%03d' "$after")" \
	    "$TAGTIGER" "$@" >"$w/.out" 2>"$w/.err" </dev/null || rc=$?
	err=$(cat "$w/.err")
}
# long NAME REMOVE WORD...: REMOVE is the shell's line that makes room for it.
long() {
	name=$1 remove=$2
	shift 2
	from=$(now_ms)
	run_ok "$@"
	took=$(($(now_ms) - from))
	[ $took -lt 900 ] || took=900
	eval "$remove"
	unsound=0 left=0 bad=0 hits=0
	for sig in KILL TERM KILL HUP; do
		# it may have gone through at the last moment
		eval "$remove"
		before=$(listing)
		try $sig $((took * (hits + 1) / 5 + 1)) "$@"
		hits=$((hits + 1))
		[ "$rc" != 0 ] || continue
		# A signal that comes before anything was done ends it as is.
		case $sig:$rc in
		KILL:137 | TERM:143 | HUP:129 | INT:130) ;;
		TERM:1 | HUP:1 | INT:1)
			new=$( (listing; find . -name '*.tiger-tmp*') |
			    grep -vxF "$before")
			[ -z "$new" ] || {
				left=$((left + 1))
				tap_note "$sig: left" "$new"
			}
			printf '%s\n' "$err" | grep -q 'stopped' || {
				bad=$((bad + 1))
				tap_note "$sig: $err"
			} ;;
		*)
			bad=$((bad + 1))
			tap_note "$sig: status $rc: $err" ;;
		esac
		"$TAGTIGER" p.tiger check >"$w/.check" 2>&1 || {
			unsound=$((unsound + 1))
			tap_note "$sig:" "$(cat "$w/.check")"
		}
	done
	is "$unsound" 0 "$name: sound after each"
	is "$left" 0 "$name: one that is asked to stop leaves nothing"
	is "$bad" 0 "$name: ends as it should"
	eval "$remove"
	run_ok "$@"
	is "$(find . -name '.*.tiger-tmp*')" '' "$name: cleaned up"
	is "$(find . -name '*-journal')" '' "$name: no journal"
	eval "$remove"
}

# Texts whose ids are new each time.
more_again() {
	k=$((k + 1))
	sed "s/^n/n$k-/" more.csv >m.csv
}
k=0
more_again
long import 'rm -rf made/*' new made/q --data "$data" --id id --text text
long 'more texts' more_again p.tiger import texts m.csv --id id --text text
long feature : p.tiger feature add tfidf --ngrams 2
long training : p.tiger quick train --features tfidf --cv 5
long predictions : p.tiger predict quick --set all
long 'export csv' 'rm -f made/*' p.tiger export annotations --set all \
    --out made/a.csv
long 'export xlsx' 'rm -f made/*' p.tiger export annotations --set all \
    --out made/a.xlsx
long 'export parquet' 'rm -f made/*' p.tiger export predictions \
    --model quick --out made/a.parquet
long backup 'rm -f made/*' p.tiger backup made/b.tiger
long archive 'rm -f made/*' p.tiger archive made/a.tar.zst
long duplicate 'rm -rf made/d.*' p.tiger duplicate made/d
run_ok p.tiger archive a.tar.zst
long restore 'rm -rf made/*' restore a.tar.zst made/r
long snapshot 'rm -f p.tiger-data/snapshots/*' p.tiger snapshot take
long 'work copy' 'rm -rf made/*' p.tiger export work --out made/w.tiger \
    --n 300
if [ $TAGTIGER_HAVE_TORCH = 1 ]; then
	long embedding : p.tiger feature add sbert --base "$base"
	long fine-tuning '"$TAGTIGER" p.tiger bert delete b >/dev/null 2>&1' \
	    p.tiger bert train --name b --base "$base" --epochs 2 \
	    --max-length 16
fi
run_ok p.tiger check --json
is "$(json '.leftovers')" '[]' 'nothing is left over'
done_testing
