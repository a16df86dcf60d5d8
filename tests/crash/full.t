# A full disk: a small tmpfs of this test's own, in a mount namespace. At each
# step the free room is cut to every size from nothing up, until the step goes
# through: until then it says what is full and what to do, leaves nothing half
# made under any name, and no label that was acknowledged is lost.
. tests/tap.sh
if [ -z "${FULL_INSIDE-}" ]; then
	[ "$(id -u)" = 0 ] || skip_all 'needs root, to mount a small tmpfs'
	unshare -m true 2>/dev/null || skip_all 'needs mount namespaces'
	FULL_INSIDE=1 exec unshare -m sh "$0"
fi
small=$w/small
mkdir "$small" && mount -t tmpfs -o size=3m tmpfs "$small" ||
    skip_all 'cannot mount a tmpfs here'
trap 'umount "$small"' EXIT
cd "$small" || exit
awk 'BEGIN { print "id,text"; for (i = 1; i <= 1500; i++)
	printf "%d,text %d about thing%d and other%d words\n", i, i, i % 7, i % 31
}' >"$w/d.csv"

# leave KB: so much room, and no more.
leave() {
	rm -f "$small/filler"
	kb=$(($(df -k --output=avail "$small" | tail -n 1) - $1))
	[ "$kb" -le 0 ] || head -c "${kb}k" /dev/zero >"$small/filler"
}
listing() {
	find . -name filler -prune -o -type f -print | sort
}
# full NAME PROJECT STEP WORD...: WORD... fails while there is little room, each
# time with a word about it, and then succeeds.
full() {
	name=$1 step=$2
	shift 2
	before=$(listing) refused=0 quiet=0 remains=0
	for room in 0 4 12 28 60 100 150 220 300 400 600 800 1200; do
		leave $room
		run "$@"
		[ "$rc" = 0 ] && break
		refused=$((refused + 1))
		printf '%s\n' "$err" |
		    grep -Eiq 'free some (space|room)|disk is full' || {
			quiet=$((quiet + 1))
			tap_note "$room KB: $err"
		}
		rm -f filler
		now=$(listing)
		# A file that is whole, though the log had no room to tell.
		case $err in *'is written, but'*)
			rm -f out.*
			continue ;;
		esac
		[ "$now" = "$before" ] || {
			remains=$((remains + 1))
			tap_note "$room KB leaves:" "$now"
		}
		[ "$step" = alone ] || "$TAGTIGER" p.tiger check >/dev/null ||
		    tap_result 1 "$name: sound with $room KB"
	done
	rm -f filler
	ok "$name: refused while the disk was full" test "$refused" -gt 0
	is "$quiet" 0 "$name: says so each time"
	is "$remains" 0 "$name: leaves nothing half made"
	status 0 "$name: goes through when there is room"
}

full import alone new p --data "$w/d.csv" --id id --text text
rm -rf p.tiger p.tiger-data
run_ok new p --data "$w/d.csv" --id id --text text
run_ok p.tiger label add odd
run_ok p.tiger label add even

# Tags one after another until there is no room: what was answered stands.
leave 40
i=0
while [ $i -lt 1500 ]; do
	i=$((i + 1))
	[ $((i % 2)) = 0 ] && echo "tag $i even" || echo "tag $i odd"
	echo "comment $i 'a comment of some length, so that the disk is soon full'"
done >"$w/tags"
rc=0
"$TAGTIGER" p.tiger <"$w/tags" >"$w/told" 2>"$w/.err" || rc=$?
err=$(cat "$w/.err")
status 1 'tagging stops when the disk is full'
like "$err" 'free some space' 'says what to do'
told=$(grep -c ': odd$\|: even$' "$w/told")
ok 'after some labels' test "$told" -gt 3
rm filler
run_ok p.tiger check
run_ok p.tiger export annotations --out "$w/a.csv"
stand=$(grep -c ',odd,\|,even,' "$w/a.csv")
ok 'all that were told stand' test "$stand" -ge "$told"
run_ok p.tiger tag 1000 even
for i in 1 2 3 4 5 6 7 8; do
	echo "tag $i $([ $((i % 2)) = 0 ] && echo even || echo odd)"
done | "$TAGTIGER" p.tiger >/dev/null

full 'feature' with p.tiger feature add tfidf
full 'training' with p.tiger quick train --features tfidf
full 'predictions' with p.tiger predict quick
for format in csv jsonl xlsx parquet; do
	full "export $format" with p.tiger export annotations --set all \
	    --out "out.$format"
	rm -f "out.$format"
done
full backup with p.tiger backup b.tiger
rm -f b.tiger
full archive with p.tiger archive a.tar.zst
full restore with restore a.tar.zst r
run_ok r.tiger check
run_ok p.tiger check
cd /
done_testing
