# What goes into one format and through another comes out as it was. That the
# first reading is right is for unit/test_{csv,xlsx,parquet,jsonl}, whose
# expectations pandas, openpyxl and pyarrow gave; that the others read what we
# write, for tests/unit/data/table/roundtrip.py, by hand.
. tests/tap.sh
data=$PWD/tests/unit/data/table
table=$BUILD/tests/tools/table
cd "$w" || exit

# rows FILE: all its cells as text, null apart from empty only where asked
rows() {
	"$table" "$1" r.jsonl >/dev/null || return
	sed 's/:null/:""/g' r.jsonl
}
# The kinds of cells that are no text differ by format: compared as csv.
flat() {
	"$table" "$1" f.csv >/dev/null && sed 's/""//g' f.csv
}

for f in comma.csv utf16.csv mac.csv odd.csv quoted.csv; do
	want=$(rows "$data/$f")
	ok "$f has rows" test -n "$want"
	for to in csv xlsx parquet jsonl; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(rows "o.$to")" "$want" "$f through $to"
	done
done
for f in types.parquet struct.parquet types.jsonl; do
	want=$(flat "$data/$f")
	ok "$f has rows" test -n "$want"
	for to in csv parquet; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(flat "o.$to")" "$want" "$f through $to"
	done
done
for f in types.xlsx mac1904.xlsx byhand.xlsx; do
	want=$(flat "$data/$f")
	for to in csv xlsx parquet jsonl; do
		"$table" "$data/$f" "o.$to" >/dev/null
		is "$(flat "o.$to")" "$want" "$f through $to"
	done
done
# ---- through a project: context columns keep their types ----
cat >mixed.jsonl <<'END'
{"id":"a","text":"one","n":1,"x":0.5,"yes":true,"list":["p","q"],"big":18446744073709551615,"odd":1}
{"id":"b","text":"two","n":-2,"x":3,"yes":false,"list":[],"big":1,"odd":"x"}
{"id":"c","text":"three","n":null,"x":null,"yes":null,"list":null,"big":2,"odd":null}
END
run_ok new m --data mixed.jsonl --id id --text text \
    --context n,x,yes,list,big,odd
run_ok m.tiger export annotations --out m.jsonl
like "$(sed -n 1p m.jsonl)" '"n":1,"x":0.5,"yes":true,"list":\["p","q"\],"big":"18446744073709551615","odd":"1"' \
    'numbers, booleans and lists are such again'
like "$(sed -n 3p m.jsonl)" '"n":null,"x":null,"yes":null,"list":null' 'null too'
run_ok m.tiger export annotations --out m.parquet
run_ok new m2 --data m.parquet --id id --text text --check --json
for kind in n:int x:real yes:bool big:text odd:text; do
	like "$out" "\"column\":\"${kind%:*}\",\"kind\":\"${kind#*:}\"" \
	    "parquet: ${kind%:*} is ${kind#*:}"
done
run_ok m.tiger export annotations --out m.csv
like "$(sed -n 3p m.csv)" ',-2,3,false,\[\],1,x' 'csv has them as they were'
printf '{"id":"d","text":"four","n":2.5,"yes":"perhaps"}\n' >more.jsonl
run_ok m.tiger import texts more.jsonl --id id --text text
run_ok m.tiger export annotations --out m3.jsonl
like "$(sed -n 1p m3.jsonl)" '"n":1.?0?,"x":0.5,"yes":"true"' \
    'later texts can make a column of another kind'
run_ok new d --data "$data/mac1904.xlsx" --sheet data --text text \
    --context when,real --bad-rows drop
for f in parquet xlsx; do
	run_ok d.tiger export annotations --out "d.$f"
	"$table" "d.$f" "d.$f.csv" >/dev/null
done
run_ok d.tiger export annotations --out d.csv
is "$(cut -d, -f5- d.parquet.csv)" "$(cut -d, -f5- d.csv)" \
    'cells of several kinds through parquet'
is "$(cut -d, -f5 d.xlsx.csv)" "$(cut -d, -f5 d.csv)" 'dates through xlsx'
run_ok new t --data "$data/types.parquet" --text s \
    --context day,ms,us,utc,time --bad-rows drop
for f in csv parquet; do
	run_ok t.tiger export annotations --out "t.$f"
done
"$table" t.parquet t.parquet.csv >/dev/null
is "$(cut -d, -f5-9 t.parquet.csv)" "$(cut -d, -f5-9 t.csv)" \
    'dates through parquet'
run_ok new t2 --data t.parquet --id id --text text --check --json
for kind in day:date ms:date us:date utc:date time:text; do
	like "$out" "\"column\":\"${kind%:*}\",\"kind\":\"${kind#*:}\"" \
	    "parquet: ${kind%:*} is ${kind#*:}"
done
run d.tiger export annotations --format csv --out -
status 3 'no file is called -'
like "$err" '/dev/stdout' 'and what is meant'
is "$("$TAGTIGER" d.tiger export annotations --format csv --out /dev/stdout |
    head -1)" "$(head -1 d.csv)" 'which takes rows'
run d.tiger export annotations --out no/such.csv
status 3 'a folder that is not there'
run d.tiger export annotations --format csv --out .
status 3 'a folder is no file'

# ---- a link is to a file that is replaced, and stays one ----
mkdir behind && echo old >behind/a.csv && ln -s behind/a.csv link.csv
run_ok m.tiger export annotations --out link.csv
ok 'a link' test -L link.csv
ok 'and what is behind it' grep -q '^id,' behind/a.csv
done_testing
