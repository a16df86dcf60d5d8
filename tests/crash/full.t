# A full disk, at each step that writes. Two of them: files that may not grow
# beyond a limit (ulimit -f), for everyone; and where this is root a small
# tmpfs of this test's own, in a mount namespace.
#
# The room is cut to every size from nothing up, until the step goes through:
# until then it says what is full and what to do, leaves nothing half made
# under any name, and no label that was acknowledged is lost.
. tests/tap.sh
root=$PWD
: "${TAGTIGER_HAVE_TORCH:=0}" "${FULL_KIND:=limit}"
small=$w/small
mkdir -p "$small"
if [ $FULL_KIND = tmpfs ]; then
	mount -t tmpfs -o size=24m tmpfs "$small" || exit
	trap 'cd /; umount "$small"' EXIT
fi
cd "$small" || exit
awk 'BEGIN { print "id,text"; for (i = 1; i <= 1500; i++)
	printf "%d,text %d about thing%d and other%d words\n", i, i, i % 7, i % 31
}' >"$w/d.csv"
awk 'BEGIN { print "id,text"; for (i = 1; i <= 400; i++)
	printf "n%d,new text %d about thing%d and words\n", i, i, i % 7
}' >"$w/more.csv"
awk 'BEGIN { print "id,label"; for (i = 100; i <= 900; i++)
	printf "%d,%s\n", i, i % 2 ? "odd" : "even" }' >"$w/labels.csv"
base=$root/tests/parity/bert_uncased

# leave KB: so much room, and no more.
leave() {
	room=$1
	[ $FULL_KIND = tmpfs ] || return
	rm -f "$small/filler"
	kb=$(($(df -k --output=avail "$small" | tail -n 1) - $1))
	[ "$kb" -le 0 ] || head -c "${kb}k" /dev/zero >"$small/filler"
}
# limited WORD...: the program with what room there is; what it says comes by
# a pipe, which is never full.
limited() {
	tap_ran="tagtiger $*"
	rc=0
	err=$( ([ $FULL_KIND = tmpfs ] || ulimit -f $((room * 2))
	    exec "$TAGTIGER" "$@" 2>&1 >/dev/null </dev/null) ) || rc=$?
}
listing() {
	find . -name filler -prune -o -type f -print | sort
}
# full NAME PROJECT STEP WORD...: WORD... fails while there is little room, each
# time with a word about it, and then succeeds.
full() {
	name="$FULL_KIND: $1" step=$2
	shift 2
	before=$(listing) refused=0 quiet=0 remains=0
	for size in 0 8 28 60 120 220 330 500 800 1300 2200 \
	    4000 7000 12000; do
		leave $size
		limited "$@"
		[ "$rc" = 0 ] && break
		refused=$((refused + 1))
		printf '%s\n' "$err" | grep -Eiq \
		    'free some (space|room)|disk is full|ulimit -f' || {
			quiet=$((quiet + 1))
			tap_note "$room KB: $err"
		}
		rm -f filler
		# which also takes back what could not be taken back then
		[ "$step" = alone ] || "$TAGTIGER" p.tiger check >/dev/null ||
		    tap_result 1 "$name: sound with $room KB"
		now=$(listing)
		# A file that is whole, though the log had no room to tell.
		case $err in *'is written, but'*)
			rm -rf out.* b.tiger a.tar.zst
			continue ;;
		esac
		[ "$now" = "$before" ] || {
			remains=$((remains + 1))
			tap_note "$room KB leaves:" "$now"
		}
	done
	rm -f filler
	ok "$name: refused while there was no room" test "$refused" -gt 0
	is "$quiet" 0 "$name: says so each time"
	is "$remains" 0 "$name: leaves nothing half made"
	status 0 "$name: goes through when there is room"
}

full import alone new p --data "$w/d.csv" --id id --text text
rm -rf p.tiger p.tiger-data
run_ok new p --data "$w/d.csv" --id id --text text
run_ok p.tiger label add odd
run_ok p.tiger label add even

# What can be told beforehand is: nothing is begun that has no room.
if [ $FULL_KIND = tmpfs ]; then
	foretold() {
		limited "$@"
		status 1 "$1 $2: is not begun"
		like "$err" 'are needed there and .* left: free some' 'says what it needs'
	}
	leave 60
	foretold new q --data "$w/d.csv" --id id --text text
	leave $(($(stat -c %s p.tiger) / 1024))
	foretold p.tiger archive a.tar.zst
	leave 100
	foretold p.tiger backup b.tiger
	foretold p.tiger duplicate q
	foretold p.tiger compact
	leave 12
	foretold p.tiger export work --out q --n 1500
	foretold p.tiger import test "$w/more.csv" --id id --text text
	rm -f filler
fi

# Tags one after another until there is no room: what was answered stands.
size=$(stat -c %s p.tiger)
if [ $FULL_KIND = tmpfs ]; then leave 40; else leave $((size / 1024 + 40)); fi
i=0
while [ $i -lt 1500 ]; do
	i=$((i + 1))
	[ $((i % 2)) = 0 ] && echo "tag $i even" || echo "tag $i odd"
	echo "comment $i 'a comment of some length, so that the disk is soon full'"
done >"$w/tags"
([ $FULL_KIND = tmpfs ] || ulimit -f $((room * 2))
"$TAGTIGER" p.tiger <"$w/tags" 2>&1; echo "status $?") | cat >"$w/told"
rc=$(sed -n 's/^status //p' "$w/told") err=$(grep tagtiger: "$w/told")
status 1 "$FULL_KIND: tagging stops when there is no room"
like "$err" 'free some space|ulimit -f' 'says what to do'
told=$(grep -c ': odd$\|: even$' "$w/told")
ok 'after some labels' test "$told" -gt 3
rm -f filler
run_ok p.tiger check
run_ok p.tiger export annotations --out "$w/a.csv"
stand=$(grep -c ',odd,\|,even,' "$w/a.csv")
ok 'all that were told stand' test "$stand" -ge "$told"
run_ok p.tiger tag 1000 even
for i in 1 2 3 4 5 6 7 8; do
	echo "tag $i $([ $((i % 2)) = 0 ] && echo even || echo odd)"
done | "$TAGTIGER" p.tiger >/dev/null

full feature with p.tiger feature add tfidf
full 'feature made anew' with p.tiger feature add tfidf --ngrams 2
full training with p.tiger quick train --features tfidf
full 'trained again' with p.tiger quick train --features tfidf
full predictions with p.tiger predict quick
full scores with p.tiger score quick --set train
if [ $TAGTIGER_HAVE_TORCH = 1 ]; then
	full embedding with p.tiger feature add sbert --base "$base"
	full fine-tuning with p.tiger bert train --name b --base "$base" \
	    --epochs 2 --max-length 16
	full 'its predictions' with p.tiger predict b
	full 'export of the model' with p.tiger export model b --out out.bert
	rm -rf out.bert
	full 'loss curves' with p.tiger export loss --model b --out out.svg
	rm -f out.svg
fi
for format in csv jsonl xlsx parquet; do
	full "export $format" with p.tiger export annotations --set all \
	    --out "out.$format"
	rm -f "out.$format"
done
full 'export predictions' with p.tiger export predictions --model quick \
    --out out.csv
rm -f out.csv
full 'export features' with p.tiger export features --feature tfidf \
    --out out.parquet
rm -f out.parquet
full 'export coefficients' with p.tiger export model quick --out out.csv
rm -f out.csv
full 'export history' with p.tiger export history --out out.csv
rm -f out.csv
full 'a chart' with p.tiger export scores --model quick --set train \
    --out out.svg
rm -f out.svg
full 'codebook' with p.tiger codebook set "$w/d.csv"
full 'export codebook' with p.tiger export codebook --out out.md
rm -f out.md
full 'texts' with p.tiger import texts "$w/more.csv" --id id --text text
full 'annotations' with p.tiger import annotations "$w/labels.csv" --id id \
    --label label
full 'learning curve' with p.tiger quick curve --cv 2 --points 2
full 'a merge of labels' with p.tiger label rename even odd
full 'its undo' with p.tiger undo
full snapshot with p.tiger snapshot take
full backup with p.tiger backup b.tiger
rm -f b.tiger
full duplicate with p.tiger duplicate copy
rm -rf copy.tiger*
full archive with p.tiger archive a.tar.zst
full restore with restore a.tar.zst r
run_ok r.tiger check
full 'work copy' with p.tiger export work --out w.tiger --n 50
run_ok w.tiger tag "$("$TAGTIGER" w.tiger next --json |
    "$BUILD/tests/tools/json" .id)" odd
full 'merge of a work copy' with p.tiger import work w.tiger
run_ok p.tiger check

# While one tags, another trains or exports, and takes what room there is: each
# tag is answered as saved or refused with a word, and those that were saved
# stand. Where there is room again both go on.
ask() {
	echo "$1" >&3
	read -r said <&4
}
# beside NAME WORD...: the other's act, with ever more room, beside tags.
beside() {
	name="$FULL_KIND, while another tags: $1"
	shift
	refused=0 told=0 unclear=0
	mkfifo "$w/in" "$w/out"
	"$TAGTIGER" p.tiger --json --keep-going <"$w/in" >"$w/out" \
	    2>/dev/null &
	pid=$!
	exec 3>"$w/in" 4<"$w/out"
	: >"$w/told"
	for size in 0 8 28 60 120 220 330 500 800 1300 2200 4000 7000 12000; do
		leave $size
		limited "$@" 3>&- 4<&- &
		other=$!
		for i in 1 2 3; do
			n=$((n + 1))
			ask "tag $n odd --comment 'beside $n, while it was full'"
			case $said in
			*'"id":"'*) echo $n >>"$w/told" ;;
			*'free some space'* | *'busy'*) refused=$((refused + 1)) ;;
			*)
				unclear=$((unclear + 1))
				tap_note "$size KB: $said" ;;
			esac
		done
		wait $other
	done
	rm -f filler
	is "$unclear" 0 "$name: a tag is saved, or refused with a word"
	n=$((n + 1))
	ask "tag $n even --comment 'beside $n'"
	like "$said" '"id":"' "$name: goes on where there is room"
	echo $n >>"$w/told"
	exec 3>&- 4<&-
	wait $pid
	rm "$w/in" "$w/out"
	run_ok p.tiger check
	run_ok p.tiger export annotations --out "$w/a.csv"
	lost=0
	while read -r t; do
		grep -q "beside $t\b" "$w/a.csv" || lost=$((lost + 1))
	done <"$w/told"
	is $lost 0 "$name: what was saved stands"
	ok "$name: some was refused" test "$refused" -gt 0
	run_ok "$@"
}
if [ $FULL_KIND = tmpfs ]; then
	n=1000
	beside training p.tiger quick train --features tfidf
	beside feature p.tiger feature add tfidf --name other
	beside export p.tiger export annotations --set all --out out.parquet
fi
if [ $FULL_KIND = limit ] && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null
then
	cd "$root" || exit
	FULL_KIND=tmpfs unshare -m sh "$0" >"$w/tmpfs"
	rc=$?
	grep -v '^[0-9]*\.\.\|^ok' "$w/tmpfs"
	status 0 "the same on a small tmpfs: $(grep -c ^ok "$w/tmpfs") tests"
fi
done_testing
