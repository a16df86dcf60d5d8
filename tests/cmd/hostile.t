# Data and names that are meant to hurt: they come out as they went in, or
# are refused by name, in bounded memory.
. tests/tap.sh
cd "$w" || exit

# ---- names, labels and texts ----
cat >evil.csv <<'END'
id,"text","x""); DROP TABLE doc;--",../../etc/passwd,=cmd|' /C calc'!A0
1,"'; DELETE FROM text; --",Robert'); DROP TABLE event;--,../up,=1+1
2,"=HYPERLINK(""http://x"")",@SUM(A1),/abs/olute,+1
3,"\x1b]0;title\x07 ‮gnp.exe",evil,a/b,-1
4,"%s%n%s%n",%n,..,"	tab"
END
esc=$(printf '\033') bel=$(printf '\007')
sed "s/\\\\x1b/$esc/; s/\\\\x07/$bel/" evil.csv >e.csv
sql='x"); DROP TABLE doc;--'
run_ok new p --data e.csv --id id --text text --label "$sql" \
    --context ../../etc/passwd
run_ok p.tiger check
run_ok p.tiger scheme list --json
json_is '.schemes[0].scheme' "$sql" 'a scheme with SQL in its name'
run_ok p.tiger export annotations --out o.csv
is "$(grep -c 'DROP TABLE event' o.csv)" 1 'labels with SQL'
like "$(head -2 o.csv | tail -1)" "'; DELETE FROM text; --" 'texts with SQL'
like "$(cat o.csv)" "${esc}]0;title" 'escapes come out as they went in'
for f in csv xlsx parquet jsonl; do
	run_ok p.tiger export annotations --out "o.$f"
	run_ok new "b-$f" --data "o.$f" --id id --text text --label "$sql"
	run_ok "b-$f.tiger" export annotations --out "again-$f.csv"
	is "$(cut -d, -f1-3 "again-$f.csv" | cksum)" \
	    "$(cut -d, -f1-3 again-csv.csv | cksum)" "the same through $f"
done
run_ok p.tiger export annotations --out g.csv --guard
like "$(cat g.csv)" "\"'=HYPERLINK" 'formulas are defused when asked'
if command -v script >/dev/null 2>&1; then
	run_ok p.tiger comment 2 "${esc}[0;title"
	for words in history 'next --filter all --match title' \
	    "tag '${esc}[0;title' x"; do
		out=$(script -qec "'$TAGTIGER' p.tiger $words" /dev/null \
		    </dev/null)
		like "$out" '0;title' "${words%% *}: shown"
		unlike "$out" "$esc" "${words%% *}: no escape reaches a terminal"
	done
fi
run p.tiger label add "$(printf 'red\033[31m')" --scheme "$sql"
status 3 'a label with an escape is refused'
unlike "$out$err" "$esc" 'without showing it'
printf 'id,text,lab\n1,x,\342\200\256evil\n' >bidi.csv
run new bidi --data bidi.csv --id id --text text --label lab
status 3 'so is one that turns the line round'
like "$err" 'column lab' 'with its column'
run p.tiger label add '../../x' --scheme "$sql"
status 0 'a label may be called anything'
run p.tiger feature add tfidf --name '../../escape'
is "$(find .. -name 'escape*' -not -path './*' | wc -l)" 0 \
    'and no file is made elsewhere'
is "$(cd .. && find . -newer "$w/evil.csv" -name 'passwd*' | wc -l)" 0 \
    'nor by a column'

# ---- bytes ----
printf 'id,text\n1,a\0b\n' >nul.csv
run new n --data nul.csv --id id --text text
status 3 'a NUL refuses the file'
like "$err" 'row 1.*column text.*NUL' 'with row and column'
printf 'id,text\n1,ok\n2,b\303\050d\n3,\377\n' >mixed.csv
run new n --data mixed.csv --id id --text text
like "$err" 'row 2.*column text.*0xC3' 'invalid bytes have a row and a column'
run_ok new n --data mixed.csv --id id --text text --replace-invalid --json
like "$out" '2 invalid bytes' 'and are counted when replaced'
printf 'id,text\r1,mac\r2,"a\rb"\r' >mac.csv
run_ok new mac --data mac.csv --id id --text text --json
json_is .kept 2 'carriage returns alone'
printf '\377\376' >u16.csv
printf 'id,text\r\n1,h\303\251\r\n' | iconv -f UTF-8 -t UTF-16LE >>u16.csv
run_ok new u16 --data u16.csv --id id --text text --json
json_is .encoding UTF-16LE 'UTF-16 by its mark'

{ printf 'id,text\n1,a' | iconv -t UTF-32LE
	printf '\000\330\000\000'
	printf 'b\n2,c\n' | iconv -t UTF-32LE; } >u32.csv
run_ok new u32 --data u32.csv --id id --text text --encoding UTF-32LE \
    --replace-invalid
run_ok u32.tiger export annotations --out u32.out.csv
is "$(sed 1d u32.out.csv | cut -d, -f3 | tr '\n' ' ')" 'a�b c ' \
    'what is none is passed over whole'

# ---- sizes ----
columns() {
	awk -v n="$1" -v c="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf("%s%s%d", (i > 1 ? "," : ""), c, i)
		print ""
	}'
}
{ columns 16384 c; columns 16384 v; } >wide.csv
run_ok new wide --data wide.csv --id c1 --text c16384 --json
json_is .kept 1 '16,384 columns'
run_ok wide.tiger next --mode sequential --json
json_is .text v16384 'the last of them'
columns 40000 c >wider.csv
run new wider --data wider.csv --id c1 --text c2
like "$err" '40000 columns, and 32767 is the most' 'no more than can be'
for f in bomb entity cut flip; do
	run new x --data "$OLDPWD/tests/unit/data/table/bad_$f.xlsx" --text a
	like "$rc" '^[13]$' "bad_$f.xlsx is refused"
	ok "and nothing made" test ! -e x.tiger
done
run new x --data "$OLDPWD/tests/unit/data/table/bad_cut.parquet" --text a
like "$rc" '^[13]$' 'a truncated Parquet file is refused'
{ printf 'id,text\n1,"'; head -c 100000000 /dev/zero | tr '\0' y
	printf '"\n2,short\n'; } >cell.csv
run_ok new cell --data cell.csv --id id --text text --json
json_is .kept 2 'a cell of 100 MB'
rm -f cell.csv cell.tiger
mkfifo long.csv
{ printf 'id,text\n1,'; head -c 1000000000 /dev/zero | tr '\0' x; } \
    >long.csv 2>/dev/null &
run new long --data long.csv --id id --text text
wait
like "$err" 'more than 256 MB' 'a line without end is refused'
ok 'and nothing made' test ! -e long.tiger
done_testing
