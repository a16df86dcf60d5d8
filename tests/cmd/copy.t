# Copies: archive and restore, snapshots, what storage counts.
. tests/tap.sh
cd "$w" || exit
p=p.tiger
small_project 'feature add tfidf' 'quick train --features tfidf'

# ---- there and back ----
run_ok $p archive a.tar.zst --json
json_is .file a.tar.zst 'an archive'
ok 'of several files' test "$(json .files)" -gt 2
run $p archive a.tar.zst
status 3 'never over another file'
run_ok restore a.tar.zst q --json
like "$(json .project)" 'q\.tiger$' 'the ending is added'
"$TAGTIGER" $p export annotations --out 1.csv >/dev/null
"$TAGTIGER" q.tiger export annotations --out 2.csv >/dev/null
ok 'the same labels' cmp 1.csv 2.csv
"$TAGTIGER" $p export predictions --model quick --out 1.csv >/dev/null
"$TAGTIGER" q.tiger export predictions --model quick --out 2.csv >/dev/null
ok 'the same predictions' cmp 1.csv 2.csv
run_ok q.tiger feature list --json
json_is '.features[0].texts' 12 'the feature too'
run_ok q.tiger check --against $p
ok 'closed to others' test "$(stat -c %a q.tiger)" = 600
# What is done in the copy is a chain of its own, so that both can go on.
run_ok q.tiger tag 7 odd
run_ok $p tag 7 even
run_ok q.tiger check --against $p --json
json_is '.heads[#]' 2 'each goes on with a log of its own'
run restore a.tar.zst q
status 3 'a project is never replaced'
run_ok $p backup b.tiger
run_ok restore b.tiger r
run_ok r.tiger check --against $p
mkdir s.tiger-data && touch s.tiger-data/x
run restore a.tar.zst s
status 3 'nor is a folder taken over'
ok 'and nothing half made' test ! -e s.tiger

# ---- a copy at once ----
run_ok $p duplicate d --json
like "$(json .project)" 'd\.tiger$' 'a duplicate'
"$TAGTIGER" $p export predictions --model quick --out 5.csv >/dev/null
"$TAGTIGER" d.tiger export predictions --model quick --out 6.csv >/dev/null
ok 'with its predictions' cmp 5.csv 6.csv
ok 'closed to others as well' test "$(stat -c %a d.tiger)" = 600
run_ok d.tiger tag 8 odd
run_ok $p tag 8 even
run_ok d.tiger check --against $p --json
json_is '.heads[#]' 2 'it goes on with a log of its own'
run $p duplicate d
status 3 'never over another project'
mkdir e.tiger-data && touch e.tiger-data/x
run $p duplicate e
status 3 'nor into a folder that is there'
ok 'which leaves nothing' test ! -e e.tiger
run_ok $p untag 8

# ---- bad archives leave nothing ----
before=$(ls -A)
size=$(stat -c %s a.tar.zst)
for n in 0 3 40 $((size / 2)) $((size - 5)); do
	head -c "$n" a.tar.zst >bad
	run restore bad t
	status 3 "cut after $n bytes"
done
rm bad
is "$(ls -A)" "$before" 'nothing is left of them'
run restore d.csv t
status 3 'another file'
run restore none t
status 3 'no file'
mkdir -p x/evil.tiger-data && cp $p x/evil.tiger
tar --zstd -C x -cf bad --transform 's,^evil.tiger$,../evil.tiger,' evil.tiger
run restore bad t
status 3 'a name that leads elsewhere'
ok 'is not followed' test ! -e ../evil.tiger
echo x >x/out
tar -P --zstd -C x -cf bad \
    --transform 's,^out$,evil.tiger-data/../../out,' evil.tiger out
run restore bad t
status 3 'one that leads out of the folder'
ok 'is not followed either' test ! -e out -a ! -e ../out
rm x/out
ln -s /etc/passwd x/evil.tiger-data/link
tar --zstd -C x -cf bad evil.tiger evil.tiger-data
run restore bad t
status 3 'a link'
ok 'is not made' test ! -e t.tiger-data
{ tar -C x -c evil.tiger | head -c "$(($(stat -c %s x/evil.tiger) + 512))"
	head -c 512 /dev/zero | tr '\0' y; } >bad
run restore bad t
status 3 'a header that is none'
ok 'leaves nothing' test ! -e t.tiger
rm -rf x bad

# ---- snapshots ----
run_ok $p snapshot list --json
json_is '.snapshots[#]' 0 'none yet'
run_ok $p snapshot take --json
s=$(json .snapshot)
ok 'a snapshot' test -s "$s"
run_ok $p untag 1
run_ok restore "$s" u
run_ok u.tiger info --json
json_is '.schemes[0].tagged.train' 7 'what was there before'
run_ok $p check --rebuild --json
json_is '.sound' true 'a rebuilt project'
run_ok $p snapshot list --json
json_is '.snapshots[0].reason' rebuild 'had a snapshot taken before'
run_ok $p snapshot delete "$(basename "$s")"
ok 'deleted by name' test ! -e "$s"
run $p snapshot delete "$s"
status 3 'once'
cp "$(json '.snapshots[0].file')" x.tiger 2>/dev/null
run $p snapshot delete ../../x.tiger
status 3 'and nothing outside of their folder'
run_ok $p snapshot take
# Those past their days go when the next is taken.
touch "p.tiger-data/snapshots/20200102T030405.678Z-old.tiger"
run_ok $p snapshot list --json
json_is '.snapshots[2].time' 2020-01-02T03:04:05Z 'an old one'
run_ok $p config keep-snapshots 0
run_ok $p snapshot take
ok 'is kept for ever' test -e p.tiger-data/snapshots/20200102T030405.678Z-old.tiger
run_ok $p config keep-snapshots 10
run_ok $p snapshot take
like "$out" 'kept for 10 days' 'how long is said'
run_ok $p snapshot list
like "$out" 'kept for 10 days' 'in the list too'
ok 'or for ten days' test ! -e p.tiger-data/snapshots/20200102T030405.678Z-old.tiger

# ---- storage ----
run_ok $p storage --json
json_is '.parts[0].name' tfidf 'the feature'
ok 'takes room' test "$(json '.parts[0].bytes')" -gt 0
json_is '.parts[1].delete' 'quick delete quick' 'how to free it'
run_ok $p predict quick
run_ok $p storage --json
json_is '.parts[2].kind' prediction 'what predict made, by itself'
ok 'takes room as well' test "$(json '.parts[2].bytes')" -gt 0
json_is '.parts[2].delete' 'prediction delete quick --set all' \
    'and is freed so'
eval "run_ok $p $(json '.parts[2].delete')"
run_ok $p storage --json
json_is '.parts[#]' 2 'it is gone'
run $p prediction delete quick
status 3 'once'
run_ok $p next --mode active
run_ok $p check --json
json_is .sound true 'and nothing misses it'
run_ok $p compact --json
ok 'unused space is given back' test "$(json .freed)" -ge 0
run_ok $p storage --json
json_is .unused 0 'and nothing is left unused'
run_ok $p storage --json
ok 'snapshots take room' test "$(json .snapshots)" -gt 10000
run_ok $p archive b.tar.zst --json
ok 'and are left out of archives' test "$(json .files)" -lt 10
done_testing
