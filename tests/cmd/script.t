# Scripts on standard input: quoting, stops, statuses, an answer a line; and
# long commands that are stopped.
. tests/tap.sh
cd "$w" || exit
printf 'id,text\n1,one\n2,two\n3,three\n' >d.csv
run_ok new p --data d.csv --id id --text text
p=p.tiger

# shellcheck disable=SC1003
run -i '
# a comment, and blank lines

label add "pro, strongly"   # and after a command
label add '\''it'\''\'\'''\''s'\''
tag 1 "\"pro, strongly\"" --comment "a # b"
' $p
status 0 'a script'
run_ok $p label list --json
json_is '.labels[0].label' 'pro, strongly' 'quoted as in the shell'
json_is '.labels[1].label' "it's" 'both ways'
run_ok $p history --kind tag --json
json_is '.events[0].data.comment' 'a # b' 'a # inside of quotes'

run -i 'label add a
tag 99 a
label add b
' $p
status 3 'it stops at the first failure, with its status'
like "$err" '^tagtiger: line 2: .*99' 'and its line'
run_ok $p label list --json
json_is '.labels[#]' 3 'what came before it is done, what comes after not'

run -i 'label add c
tag 99 a
label add d
nonsense
label add e' $p --keep-going
status 3 '--keep-going: the status of the first failure'
run_ok $p label list --json
json_is '.labels[#]' 6 'and all others are done'

run -i 'tag 2 a
tag 99 a
lable list
label list' $p --json --keep-going
status 3 '--json for all lines'
is "$(printf '%s\n' "$out" | wc -l)" 4 'one object a line'
line() {
	printf '%s\n' "$out" | sed -n "$1p" | "$BUILD/tests/tools/json" "$2"
}
is "$(line 1 .id)" 2 'the first answer'
is "$(line 2 .status)" 3 'a failure'
is "$(line 2 .line)" 2 'with its line'
is "$(line 3 .status)" 2 'a line that does not parse'
is "$(line 3 .line)" 3 'with its line too'
is "$(line 4 '.labels[#]')" 6 'the last'
run -i 'tag 2 a --json
label list' $p
is "$(printf '%s\n' "$out" | sed -n 1p | "$BUILD/tests/tools/json" .id)" 2 \
    '--json of one line'
run -i "label add 'open
label add x" $p
status 2 'a quote that is not closed'
run -i "$(printf 'label add caf\351')" $p
status 2 'a script that is not UTF-8'
run -i 'label add f' $p
status 0 'no newline at the end'
run -i 'backup b.tiger
info
delete' $p
status 2 'delete without --yes'
ok 'the backup is there' test -f b.tiger

# An answer is written when its command is done, not when the script is.
mkfifo in out
"$TAGTIGER" $p --json <in >out &
pid=$!
exec 3>in 4<out
echo 'tag 3 a' >&3
read -r answer <&4
is "$(printf %s "$answer" | "$BUILD/tests/tools/json" .id)" 3 \
    'the answer comes before the next line is sent'
"$TAGTIGER" $p history --kind tag --json --limit 1 >seen
is "$("$BUILD/tests/tools/json" '.events[0].summary' <seen)" 'tagged 3: a' \
    'and another process sees what it says'
echo 'undo' >&3
read -r answer <&4
exec 3>&-
wait $pid
is $? 0 'the script ends with its input'
exec 4<&-

# ---- as other systems save it ----
printf '\357\273\277label list --json\r\n\r\ninfo\r\n' >dos.txt
out=$("$TAGTIGER" --json $p <dos.txt)
is "$?:$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 0:2 \
    'a byte order mark and CRs; --json stands in front of the project too'

# ---- long commands ----
# A file that never ends: the signal comes when it is being read.
mkfifo endless.csv
"$TAGTIGER" new long --data endless.csv --id id --text text >log 2>&1 &
pid=$!
exec 3>endless.csv
kill -TERM $pid
{
	echo id,text
	seq 1 100000000 | sed 's/.*/&,text/'
} >&3 2>/dev/null &
writer=$!
exec 3>&-
wait $pid
is $? 1 'a long command that is asked to end'
wait $writer
like "$(cat log)" '^tagtiger: .*stopped' 'says so'
is "$(find . -name 'long*')" '' 'and leaves nothing'

run_ok $p check --json
json_is .sound true 'a long command with an answer'
run_ok $p job list --json
json_is '.jobs[0].kind' check 'has a row in the project'
json_is '.jobs[0].state' 'done' 'with how it ended'
json_is .running 0 'and none runs'
run $p job stop
status 3 'no job to stop'
run $p job stop 1
status 3 'nor one that has ended'
done_testing
