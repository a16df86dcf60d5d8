# new, import and draw: what becomes of rows, columns, ids and labels.
. tests/tap.sh
types=$PWD/tests/unit/data/table/types.xlsx
cd "$w" || exit

cat >posts.csv <<'END'
post_id;body;title;source;stance;topics
a 1;"Coal
must ""go""";T1;lm;support;coal|energy
a_2;Tax it;;lm;oppose;
é3;Maybe;T3;fig;;coal
4;Yes;T4;fig;support;energy
5;No;T5;fig;oppose;coal
6;Well;T6;lib;;
END

# ---- columns, schemes, ids ----
run_ok new p --data posts.csv --id post_id --text title,body --label stance \
    --multilabel topics --context source --lang fr --json
json_is .kept 6 'all rows are kept'
json_is .train 6 'train is all by default'
json_is .annotated 5 'rows with a label of any scheme'
json_is .slug p 'the slug of the name'
ok 'the project is there' test -f p.tiger
run_ok p.tiger scheme list --json
json_is '.schemes[0].scheme' stance 'a scheme per label column'
json_is '.schemes[1].scheme' topics 'and the multi-label one'
json_is '.schemes[1].kind' multilabel 'with its kind'
run_ok p.tiger export annotations --out a.jsonl
is "$(head -1 a.jsonl | "$BUILD/tests/tools/json" .text)" 'T1

Coal
must "go"' 'text columns are joined by a blank line'
is "$(head -1 a.jsonl | "$BUILD/tests/tools/json" .id)" 'a 1' 'ids as written'
is "$(head -1 a.jsonl | "$BUILD/tests/tools/json" .id_slug)" a-1 'and as slugs'
is "$(sed -n 3p a.jsonl | "$BUILD/tests/tools/json" .id_slug)" e3 \
    'accents are folded'
is "$(sed -n 2p a.jsonl | "$BUILD/tests/tools/json" .text)" 'Tax it' \
    'an empty text column adds nothing'
is "$(head -1 a.jsonl | "$BUILD/tests/tools/json" .topics)" 'coal|energy' \
    'several labels are joined by |'
is "$(head -1 a.jsonl | "$BUILD/tests/tools/json" .source)" lm \
    'context columns are exported'

run new p --data posts.csv --text body
status 3 'an existing project is not overwritten'

# ---- no id column ----
run_ok new n --data posts.csv --text body --json
json_is .kept 6 'without an id column rows are numbered'
run_ok n.tiger next --mode sequential --json
json_is .id 1 'from 1'
run_ok n.tiger scheme list --json
json_is '.schemes[0].scheme' default 'a scheme named default'

# ---- as spreadsheets save it ----
printf 'id;text;lab\r\n01;one;x\r\n;;\r\n02;two;\r\n;;\r\n ; ;\r\n' >e.csv
run_ok new e --data e.csv --id id --text text --label lab --json
json_is .rows 2 'rows of separators alone are none'
printf 'id;what\r\n;\r\n02;x\r\n;\r\n' >e2.csv
run_ok e.tiger import annotations e2.csv --id id --label what --json
json_is .annotations 1 'in annotations too'
printf 'PK\003\004' >not.csv
run new e3 --data not.csv --text text
status 3 'a bad file has the status of a missing one'
like "$err" 'zip file' 'and what it is'
: >nothing.csv
run new e3 --data nothing.csv --text text
status 3 'an empty one too'
rm nothing.csv

printf 'id\ttext\n1\t"Tax it" she said\n2\t"open, or\n' >quotes.tsv
run new e4 --data quotes.tsv --id id --text text
status 3 'quotes that are letters'
like "$err" '\-\-no-quotes$' 'are told what to do'
run_ok new e4 --data quotes.tsv --id id --text text --no-quotes
run_ok e4.tiger next --mode sequential --json
json_is .text '"Tax it" she said' 'and can be read'

# ---- what cannot be used ----
printf 'id,text\n1,one\n1,again\n2,\n,no id\n3,three,more\n4,four\n' >bad.csv
run new bad --data bad.csv --id id --text text
status 3 'bad rows refuse the file'
like "$err" 'another number of cells: 5' 'a ragged row is named'
like "$err" 'came before \(column id\): 2' 'an id that comes twice is named'
like "$err" 'empty text \(column text\): 3' 'an empty text is named'
like "$err" 'empty id \(column id\): 4' 'an empty id is named'
ok 'nothing is made' test ! -e bad.tiger
is "$(find . -name '*bad*' | sort | tr '\n' ' ')" './bad.csv ' \
    'and no file is left'
run_ok new bad --data bad.csv --id id --text text --bad-rows drop --json
json_is .kept 2 'dropped as asked'
like "$out" '"id twice":.{0,20}"rows":\[2\]' 'and told with row numbers'
run new c --data posts.csv --id nope --text body
status 3 'a missing column'
like "$err" 'no column nope' 'is named'
like "$err" 'post_id' 'with those there are'
printf 'id,"a, b"\n1,x\n' >comma.csv
run new c --data comma.csv --id id --text 'a, b'
like "$err" 'its columns: id, "a, b"$' 'as a list names them'
run new c --data nothing.csv --id id --text text
status 3 'a missing file'
run new c --data posts.csv --id post_id --text body --test 7
status 3 'more texts than there are'
like "$err" '7.*6' 'with the count'
ok 'leave nothing' test ! -e c.tiger

run_ok new x --data "$types" --text text --check --json
json_is .sheet data 'the first sheet that is not hidden'
like "$out" 'sheet data is read; --sheet takes another: hidden, Zweites' \
    'and which others there are'

# ---- encodings ----
printf 'id,text\n1,\351t\351\n2,ok\n' >latin.csv
run new l --data latin.csv --id id --text text
unlike "$rc" '^0$' 'bytes that are no UTF-8 are refused'
like "$err" 'row 1' 'with their row'
like "$err" 'encoding windows-1252' 'and the likely encoding'
printf 'id,text\n1,caf\351\n' >one.csv
run new l --data one.csv --id id --text text
like "$err" 'encoding windows-1252' 'by a single letter too'
run_ok new l --data latin.csv --id id --text text --encoding ISO-8859-1
run_ok l.tiger next --mode sequential --json
json_is .text 'été' 'or converted when the encoding is said'
run_ok new l2 --data latin.csv --id id --text text --replace-invalid
printf '\357\273\277id,text\n1,bom\n' >bom.csv
run_ok new b --data bom.csv --id id --text text --json
json_is .kept 1 'a byte order mark is no part of the header'

printf 'id,text,more,lab\n1,x,,a|b\n' >bar.csv
run_ok new v --data bar.csv --id id --text text,more --label lab
run_ok v.tiger next --filter tagged --json
json_is .text x 'nor does an empty one at the end'
run_ok v.tiger label list --json
json_is '.labels[0].label' 'a|b' 'a | joins labels in multi-label columns alone'

# ---- slugs: what an address can hold ----
{
	printf 'id,text\n'
	printf '%s,x\n' '日本語' 'À b/c' ../../e -- '½ _x-'
	printf 'n\302\240b,x\n'
} >slugs.csv
run_ok new g --data slugs.csv --id id --text text
run_ok g.tiger export annotations --out g.csv
is "$(sed 1d g.csv | cut -d, -f2 | tr '\n' ' ')" \
    '%E6%97%A5%E6%9C%AC%E8%AA%9E A-bc ....e - %C2%BD-x n-b ' \
    'letters of any script, no path, no blanks'
run_ok g.tiger check

# ---- sets ----
awk 'BEGIN { print "id,text,src,lab"; for (i = 1; i <= 400; i++)
	printf "%d,text number %d,%s,%s\n", i, i,
	    i <= 300 ? "A" : i <= 390 ? "B" : "C", i % 4 ? "" : "x" }' >s.csv
run_ok new s --data s.csv --id id --text text --label lab --valid 30 \
    --test 60 --train 100 --stratify src --json
json_is .valid 30 'validation'
json_is .test 60 'test'
json_is .train 100 'train'
json_is .rest 210 'the others rest'
json_is '.strata[2].valid' 10 'all of a category that has no more'
json_is '.strata[0].test' 30 'and the others share what is missing'
run_ok s.tiger export annotations --set train --out train.csv
n=$(grep -c ',x,' train.csv)
ok 'annotated rows first in train' test "$n" -ge 70
run_ok new s2 --data s.csv --id id --text text --label lab --valid 30 \
    --test 60 --train 100 --stratify src
run_ok s2.tiger export annotations --set train --out train2.csv
is "$(cut -d, -f1 train2.csv | cksum)" "$(cut -d, -f1 train.csv | cksum)" \
    'the same seed, the same texts'
run_ok new s3 --data s.csv --id id --text text --seed 2 --train 100 --valid 90
run_ok s3.tiger export annotations --out train3.csv
unlike "$(cut -d, -f1 train3.csv | cksum)" \
    "^$(cut -d, -f1 train.csv | cksum)\$" 'another seed, others'
run_ok s.tiger draw train 10 --json
json_is .texts 10 'more texts from rest'
run_ok s.tiger draw train 30 --stratify src --json
json_is '.strata[1].category' B 'as many of each category'
json_is '.strata[1].train' 15 'that has any left'
run s.tiger draw train 10 --stratify nope
status 3 'a column that there is not'
run s.tiger draw train 1000
status 3 'not more than there are'
run_ok new ct --data s.csv --id id --text text --label lab --test 100 \
    --clear-test --json
ok 'labels of the test set can be dropped' test "$(json .cleared)" -gt 0

# ---- formats ----
printf '{"id":9007199254740993,"text":"big"}\n{"id":2,"text":"z"}\n' >j.jsonl
run_ok new j --data j.jsonl --id id --text text
run_ok j.tiger next --mode sequential --json
json_is .id 9007199254740993 'ids keep every digit'
for f in csv xlsx parquet jsonl; do
	run_ok p.tiger export annotations --out "r.$f"
	run_ok new "r-$f" --data "r.$f" --id id --text text --label stance \
	    --multilabel topics --json
	json_is .annotated 5 "what was exported as $f is imported"
	run_ok "r-$f.tiger" export annotations --out "r2.$f.csv"
done
for f in xlsx parquet jsonl; do
	is "$(cut -d, -f1-3 <r2.$f.csv | cksum)" \
	    "$(cut -d, -f1-3 <r2.csv.csv | cksum)" "$f and csv are the same"
done

# ---- more texts, annotations by id ----
printf 'id,text,lab\n500,fresh,y\n1,taken,x\n' >more.csv
run s.tiger import texts more.csv --id id --text text --label lab
status 3 'an id of the project refuses more texts'
run_ok s.tiger import test more.csv --id id --text text --label lab \
    --bad-rows drop --json
json_is .kept 1 'or is left out'
run_ok s.tiger history --kind import --json
json_is '.events[0].summary' 'import 1 text into test from more.csv' \
    'the log tells of it'
printf 'nr,text,more,lab\n700,words,x,y\n' >cols.csv
run s.tiger import texts cols.csv --id nr --text text --multilabel lab
status 3 'a scheme is of one kind'
like "$err" 'give its column by --label' 'which is told'
run_ok p.tiger import texts cols.csv --id nr --text text --json --check
like "$out" 'left out, since the project has no such columns: more, lab' \
    'columns that go nowhere'
like "$out" 'context that the file does not have: source' 'and what is missing'
printf 'id,lab\n1,x\n2,z\n999,x\n3,\n4,z\n' >ann.csv
run_ok s.tiger import annotations ann.csv --id id --label lab --json
like "$err" '1 annotation left out.* 999 \(row 3\)' 'unknown ids are named'
json_is .annotations 2 'annotations by id'
json_is .conflicts_kept 1 'a text keeps the label it had'
json_is .empty 1 'rows without a label are counted'
run_ok s.tiger import annotations ann.csv --id id --label lab \
    --on-conflict replace --json
json_is .same 2 'the same ones again'
json_is .annotations 1 'replaced when asked'
run_ok s.tiger check
done_testing
