# import annotations: tables and other programs' exports; --check.
. tests/tap.sh
cd "$w" || exit

cat >texts.csv <<'END'
key,text,lab
a 1,Coal must go,
a_2,Tax it,pro
a3,"Two
lines",con
a4,Same words,
a5,Same words,
a6,Nothing much,
END
run_ok new p --data texts.csv --id key --text text --label lab
run_ok p.tiger scheme add topics --kind multilabel
labels() {
	run_ok p.tiger export annotations --layer "${3:-all}" --out "$w/o.jsonl"
	grep "\"$1\"" "$w/o.jsonl" | while read -r line; do
		printf '%s\n' "$line" | "$BUILD/tests/tools/json" ".$2"
	done | grep -v '^null$' | sort | tr '\n' ' '
}
afresh() {
	rm -rf p.tiger p.tiger-data
	run_ok new p --data texts.csv --id key --text text --label lab
	run_ok p.tiger scheme add topics --kind multilabel
}

# foretold WORD...: a check, which changes nothing, tells what the import then
# does.
foretold() {
	sum=$(cksum <p.tiger) when=$(stat -c %Y.%y p.tiger)
	run p.tiger import annotations "$@" --check --json
	told=$rc:$(printf '%s\n' "$out" | sed 's/,"format".*//')
	is "$(cksum <p.tiger) $(stat -c %Y.%y p.tiger)" "$sum $when" \
	    "a check of $1 does not touch the file"
	run p.tiger import annotations "$@" --json
	is "$rc:$(printf '%s\n' "$out" | sed 's/,"format".*//')" "$told" \
	    "and foretells the import"
}

# ---- tables: unknown ids, conflicts ----
printf 'id,what\na 1,pro\na_2,con\na3,con\nzz,pro\nyy,con\n' >t.csv
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --check
like "$out" 'no text of the project: zz, yy' 'unknown ids are listed'
like "$out" 'left out: 2 rows with an id of no text .column id.: 4, 5' \
    'and their rows counted'
like "$err" 'note: 2 annotations left out.* zz .row 4., yy .row 5.$' \
    'which is told beside the answer'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --json
like "$out" '"unknown":\["zz","yy"\]' 'all of them for programs'
like "$err" 'note: 2 annotations left out' 'and told people all the same'
json_is .annotations 1 'the others are imported'
json_is .same 1 'equal labels are counted'
json_is .conflicts.count 1 'a conflict'
json_is '.conflicts.first[0].id' a_2 'is reported with the id,'
json_is '.conflicts.first[0].has' pro 'what the text has'
json_is '.conflicts.first[0].file' con 'and what the file says'
json_is .conflicts_kept 1 'and the label stays'
is "$(labels a_2 lab)" 'pro ' 'as it was'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --on-conflict add --as Anna --json
json_is .added 1 'the file is a second opinion'
is "$(labels a_2 lab)" 'con pro ' 'beside the first'
is "$(labels a_2 lab Anna)" 'con ' 'in the name given'
cp t.csv second.csv
run_ok p.tiger import annotations second.csv --id id --label what \
    --scheme lab --on-conflict add
like "$out" '1 of them by second, beside' 'or of the file'
is "$(labels a_2 lab second)" 'con ' 'without one'
run_ok p.tiger import annotations second.csv --id id --label what \
    --scheme lab --on-conflict add
like "$out" '^0 annotations; [0-9]+ were there already$' 'once'
unlike "$out" 'takes it back' 'and there is nothing to take back'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --on-conflict replace --json
json_is .replaced 1 'or takes its place'
run_ok p.tiger check
for f in xlsx parquet jsonl; do
	run_ok p.tiger export annotations --out "e.$f"
	run_ok p.tiger import annotations "e.$f" --id id --label lab --json
	json_is .conflicts.count 0 "annotations from $f"
done
printf '{"id":"a4","t":["x","y"]}\n{"id":"a5","t":"x|z"}\n' >l.jsonl
run_ok p.tiger import annotations l.jsonl --id id --label t --scheme topics
is "$(labels a4 topics)" 'x|y ' 'a list is several labels'
is "$(labels a5 topics)" 'x|z ' 'and so is what | joins'
run p.tiger import annotations t.csv
status 3 'a table needs its columns'
like "$err" '\-\-id and --label' 'named'

# ---- rows and cells that are wrong, near misses ----
afresh
printf 'id,what\na 1,pro,more\na_2\n,pro\na-2,pro\na3,con\n' >bad.csv
run p.tiger import annotations bad.csv --id id --label what --scheme lab
status 3 'bad rows refuse the file'
like "$err" 'another number of cells: 1, 2' 'too many cells and too few'
like "$err" 'empty id \(column id\): 3' 'an empty id is not an unknown one'
like "$out" 'no text \(column id\): 4' 'a slug is no id in its original form'
like "$out" 'are slugs of texts' 'which is told'
like "$out" '^nothing was written$' 'and that nothing was done'
unlike "$out" '^[0-9]+ annotation.*made$' 'as nothing was'
printf 'nr,id,what\n1,x1,pro\n2,a_2,con\n3,a3,con\n' >wrong.csv
run p.tiger import annotations wrong.csv --id nr --label what --scheme lab \
    --bad-rows drop
status 3 'a column that has no id at all is a wrong one'
like "$err" 'of the ids in column nr, .*of texts: id \(2 of the first 3 rows\)' \
    'and what others have is told'
like "$out" '^nothing was written$' 'and that nothing was done'
run p.tiger import annotations wrong.csv --id what --label nr --scheme lab \
    --check --json
status 3 'by a check too'
json_is .kept 0 'of nothing'
printf 'nr,what\n1,pro\n' >wrong.csv
run p.tiger import annotations wrong.csv --id nr --label what --scheme lab
like "$err" 'no other column has ids' 'or that none has'
printf '{"text":"Elsewhere","label":["pro"]}\n' >wrong.jsonl
run p.tiger import annotations wrong.jsonl
status 3 'nor is an export of other texts taken'
like "$err" 'no text of it is .*"Elsewhere"' 'which is told'
printf 'id,text\n1,one\n2,two\n3,three\n' >num.csv
run_ok new num --data num.csv --id id --text text
printf 'id,lab\n1.0,x\n2,X\n3,x\n' >float.csv
run_ok num.tiger import annotations float.csv --id id --label lab \
    --bad-rows drop --json
like "$out" '1 of the unknown ids end in .0' 'numbers read as others are told'
like "$out" 'the label x is new, though X is there' 'so are labels but for case'
run num.tiger import annotations num.csv --id id --label id --json --check \
    --on-conflict replace
like "$out" '"labels":\["1","2","3"\]' 'numbers as labels'
printf 'id,lab\n1,other\n2,x\n' >keep.csv
run_ok num.tiger tag 1 x
run_ok num.tiger import annotations keep.csv --id id --label lab
run_ok num.tiger label list --json
json_is '.labels[#]' 2 'a label that nothing got is not made'

# ---- comments, flags, times; there and back ----
afresh
printf '%s\n' 'id,what,why,look,at,by' \
    'a 1,pro,"because, ""so""",yes,2024-02-29T12:30:00+01:00,ann' \
    'a_2,pro,so so,0,,' 'a3,,no label yet,,,' 'a4,con,,false,,' >c.csv
run_ok p.tiger import annotations c.csv --id id --label what --scheme lab \
    --comment why --flag look --time at --annotator by --json
json_is .annotations 2 'annotations'
json_is .comments 3 'comments come along, to labels that stand too'
json_is .flags 1 'flags'
run_ok p.tiger export annotations --layer all --out c2.csv
like "$(grep '^a 1,' c2.csv)" \
    'pro,ann,2024-02-29T11:30:00(\.000)?Z,"because, ""so"""' \
    'all of it is exported again'
like "$(cat c2.csv)" 'no label yet' 'a comment to a text without a label'
run_ok p.tiger next --flag --set train --filter all --json
json_is .id 'a 1' 'the flag stands'
run_ok p.tiger import annotations c2.csv --id id --label lab --scheme lab \
    --comment lab_comment --annotator lab_annotator --time lab_time --json
json_is .annotations 0 'what was exported is there already'
json_is .comments 0 'its comments too'
printf 'id,what,why\na_2,pro,other words\n' >c3.csv
run_ok p.tiger import annotations c3.csv --id id --label what --scheme lab \
    --comment why --json
json_is .comments 0 'a comment that is there stays'
run_ok p.tiger import annotations c3.csv --id id --label what --scheme lab \
    --comment why --on-conflict replace --json
json_is .comments 1 'unless it is to be replaced'
sed 's/2024-02-29T/2024-02-30T/' c.csv >c4.csv
run p.tiger import annotations c4.csv --id id --label what --scheme lab \
    --time at
like "$err" 'a time that is none \(column at\): 1' 'the 30th of February'
run p.tiger import annotations c.csv --id id --label what --comment nope
status 3 'a column that is not there'
run_ok p.tiger check

# ---- checks foretell ----
afresh
printf '%s\n' 'id,what,why,look,by' 'a 1,pro,x,1,ann' 'a 1,con,y,,ann' \
    'a 1,pro,z,,' 'a_2,con,,,' 'a_2,neu,,,' 'a3,neu,,1,' 'a3,neu,w,,bob' \
    'a3,pro,,,bob' 'a4,,w,,' 'zz,pro,,,' >many.csv
set -- many.csv --id id --label what --comment why --flag look --annotator by
foretold "$@" --scheme lab
foretold "$@" --scheme lab --bad-rows drop
foretold "$@" --scheme lab --bad-rows drop
foretold "$@" --scheme lab --bad-rows drop --on-conflict replace
foretold "$@" --scheme lab --bad-rows drop --on-conflict add --as Zoe
foretold "$@" --scheme topics --bad-rows drop
printf 'id,what\na5,%0300d\n' 1 >long.csv
run p.tiger import annotations long.csv --id id --label what --scheme lab \
    --check
status 3 'a label that cannot be is found by a check too'
printf '%s\n' '{"text":"Coal must go","label":"coal","answer":"accept"}' \
    '{"text":"Coal must go","label":"neu","answer":"accept"}' \
    '{"text":"Coal must go","label":"coal","answer":"accept"}' >more.jsonl
foretold more.jsonl --scheme topics
foretold more.jsonl --scheme topics
foretold more.jsonl --scheme lab --as Eve
run_ok p.tiger check

# ---- taken back ----
afresh
printf 'id,what\na4,neu\na5,pro\n' >n.csv
run_ok p.tiger import annotations n.csv --id id --label what --scheme lab --json
act=$(json .act)
run_ok p.tiger history --json
json_is '.events[0].summary' 'import 2 annotations from n.csv' 'the log tells'
run p.tiger undo
status 0 'undo takes back an act of mine'
run_ok p.tiger redo
is "$(labels a4 lab)" 'neu ' 'and no import'
run_ok p.tiger tag a6 neu
run p.tiger undo --act "$act"
status 4 'an import whose label is in use stays'
like "$err" '1 text carries the label' 'which is told'
run_ok p.tiger untag a6
run_ok p.tiger undo --act "$act"
is "$(labels a4 lab)$(labels a5 lab)" '' 'else all of it goes'
run_ok p.tiger check
run_ok new one --data num.csv --id id --text text
run one.tiger undo
status 1 'the scheme that a project begins with is no act to undo'
run_ok one.tiger scheme list --json
json_is '.schemes[#]' 1 'it is there'
run_ok one.tiger scheme add b
run_ok one.tiger scheme delete default
run one.tiger undo --act "$("$TAGTIGER" one.tiger history --kind 'scheme add' \
    --json | sed 's/.*"replica":\([0-9]*\),"seq":\([0-9]*\).*/\1:\2/')"
status 4 'nor is the only one taken away'

# ---- doccano ----
afresh
cat >d.jsonl <<'END'
{"id":2,"text":"Coal must go","label":["pro"],"Comments":[]}
{"id":3,"text":"Tax it\n","label":["pro"],"Comments":[]}
{"id":4,"text":"Two\nlines","label":[],"Comments":[]}
{"id":5,"text":"Same words","label":["con"],"Comments":[]}
{"id":6,"text":"Not here","label":["con"],"Comments":[]}
END
run_ok p.tiger import annotations d.jsonl --bad-rows drop --json
json_is .from doccano 'doccano, by its shape'
json_is .annotations 1 'texts are found by their words'
json_is .same 1 'white space at the ends aside'
json_is .empty 1 'those without a label are counted'
like "$out" '"text of several":\{"count":1,"rows":\[4\]' \
    'words that two texts have are ambiguous'
like "$out" '"unknown":\["Not here"\]' 'others unknown'
is "$(labels 'a 1' lab)" 'pro ' 'labelled'
printf '[{"id": 1, "text": "Same words",\n "cats": ["pro"], "key": "a5"}]' \
    >d.json
run_ok p.tiger import annotations d.json --json
json_is .annotations 1 'a list, cats, and our own ids among its keys'
is "$(labels a5 lab)" 'pro ' 'which tell texts of the same words apart'

afresh
cat >d.csv <<'END'
id,text,label,Comments
17,Coal must go,pro#con,unsure#really
18,Tax it,pro,
END
run_ok p.tiger import annotations d.csv --from doccano --scheme topics --json
json_is .annotations 2 'doccano, csv'
json_is .comments 1 'with its comments'
is "$(labels 'a 1' topics)" 'pro|con ' 'several labels, joined by #'
printf '%s\n' '{"id":1,"text":"Coal must go","meta":{},"annotation_approver":null,"labels":["pro"]}' \
    '{"id":2,"text":"Tax it","labels":[[0,3,"TAX"]]}' >d3.jsonl
run_ok p.tiger import annotations d3.jsonl --json
json_is .annotations 1 'doccano before 1.0'
json_is .others 1 'spans are no labels of texts'
printf '%s\n' '{"id":1,"data":"Nothing much","label":["con"]}' >d5.jsonl
printf '%s\n' 'id,data,label' '1,"Two
lines",con' >d5.csv
run_ok p.tiger import annotations d5.jsonl --scheme topics
is "$(labels a6 topics)" 'con ' 'doccano 1.4 has data for text'
run_ok p.tiger import annotations d5.csv --from doccano --scheme topics
is "$(labels a3 topics)" 'con ' 'in csv too'
printf '%s\n' '{"id":1,"text":"Coal must go","annotations":[{"label":1,"user":1}],"annotation_approver":null}' >d4.jsonl
run p.tiger import annotations d4.jsonl
status 3 'labels as numbers alone'
like "$err" 'export it again' 'are refused with what to do'

# ---- Label Studio ----
afresh
cat >ls.json <<'END'
[{"id":1,"data":{"text":"Coal must go","key":"a 1"},"annotations":[
  {"id":10,"completed_by":1,"was_cancelled":false,"result":[
    {"from_name":"stance","to_name":"text","type":"choices",
     "value":{"choices":["pro"]}}]},
  {"id":11,"completed_by":{"id":2,"email":"b@example.org"},"result":[
    {"from_name":"stance","to_name":"text","type":"choices",
     "value":{"choices":["con"]}}]}]},
 {"id":2,"data":{"text":"Same words","key":"a5"},"annotations":[
  {"id":12,"completed_by":1,"was_cancelled":true,"result":[]}]},
 {"id":3,"data":{"text":"Nothing much"},"annotations":[
  {"id":13,"completed_by":1,"result":[
    {"from_name":"stance","type":"choices","value":{"choices":["pro"]}},
    {"from_name":"other","type":"choices","value":{"choices":["z"]}}]}]}]
END
run p.tiger import annotations ls.json
status 3 'two questions'
like "$err" 'stance and other.*--label' 'are told, and which is asked'
run_ok p.tiger import annotations ls.json --label stance --scheme lab --json
json_is .from label-studio 'Label Studio, by its shape'
json_is .annotations 3 'annotations of two people'
json_is .passed_over 1 'a cancelled one is passed over'
is "$(labels 'a 1' lab)" 'con pro ' 'two opinions'
is "$(labels 'a 1' lab b@example.org)" 'con ' 'by whom'
is "$(labels a6 lab 'label-studio 1')" 'pro ' 'and by number'
cat >min.json <<'END'
[{"id":7,"text":"Tax it","key":"a_2","stance":"con","annotator":4,
  "annotation_id":1,"created_at":"x","updated_at":"y","lead_time":1.5},
 {"id":8,"text":"Two\nlines","key":"a3","stance":{"choices":["con","pro"]},
  "annotator":4,"annotation_id":2,"created_at":"x","updated_at":"y",
  "lead_time":1.5}]
END
run_ok p.tiger import annotations min.json --scheme topics --json
json_is .annotations 2 'JSON-MIN'
is "$(labels a3 topics)" 'con|pro ' 'with several choices'

cat >old.json <<'END'
[{"id":1,"data":{"text":"Same words","key":"a4"},"completions":[
   {"id":1,"skipped":true,"result":[]},
   {"id":2,"result":[{"from_name":"q","type":"choices","value":{"choices":["pro"]}},
    {"from_name":"ner","type":"labels","value":{"start":0,"end":4,"labels":["X"]}},
    {"from_name":"note","type":"textarea","value":{"text":["well"]}}]}],
  "predictions":[{"result":[{"from_name":"q","type":"choices",
   "value":{"choices":["con"]}}]}]},
 {"id":2,"data":{"text":"Tax it"},"completions":[]}]
END
run_ok p.tiger import annotations old.json --scheme topics --comment note --json
json_is .annotations 1 'completions'
json_is .passed_over 1 'skipped ones are passed over'
json_is .empty 1 'tasks without any are counted'
json_is .comments 1 'a text area as the comment'
json_is .others 1 'spans are not'
is "$(labels a4 topics)" 'pro ' 'nor predictions'
cat >ls.csv <<'END'
agreement,annotation_id,annotator,created_at,id,key,lead_time,mood,text,updated_at
100.0,9,ann@example.org,2022-11-04T18:50:53.017134Z,4,a6,10.7,fine,Nothing much,2022-11-04T18:50:53.017151Z
100.0,10,ann@example.org,x,5,a_2,10.7,"{""choices"": [""a"", ""b""]}",Tax it,x
END
run_ok p.tiger import annotations ls.csv --scheme topics --json
json_is .from label-studio 'csv of Label Studio'
json_is .annotations 2 'its columns of other things aside'
is "$(labels a_2 topics ann@example.org)" 'a|b ' 'choices as JSON in a cell'
printf 'id,text\n9007199254740993,big\n9007199254740992,near\n' >big.csv
run_ok new big --data big.csv --id id --text text
printf '[{"data":{"text":"big","id":9007199254740993},"annotations":[{"completed_by":1,"result":[{"from_name":"q","type":"choices","value":{"choices":["pro"]}}]}]}]' >big.json
run_ok big.tiger import annotations big.json --id id --as me --json
json_is .annotations 1 'nested ids keep every digit'
run_ok big.tiger export annotations --layer me --out big2.csv
like "$(grep pro big2.csv)" '^9007199254740993,' 'of the right text'

# ---- Prodigy ----
afresh
cat >pr.jsonl <<'END'
{"text":"Coal must go","label":"coal","answer":"accept","_input_hash":1,"_task_hash":2,"_session_id":"d-eve"}
{"text":"Coal must go","label":"tax","answer":"accept","_input_hash":1,"_task_hash":3,"_session_id":"d-eve"}
{"text":"Tax it","label":"coal","answer":"reject","_input_hash":2,"_task_hash":4,"_session_id":"d-eve"}
{"text":"Same words","meta":{"id":"a4"},"label":"coal","answer":"accept","_input_hash":5,"_task_hash":6,"_session_id":"d-eve"}
{"text":"Tax it","label":"coal","answer":"ignore","_input_hash":2,"_task_hash":4,"_session_id":"d-eve"}
END
run_ok p.tiger import annotations pr.jsonl --scheme topics --json
json_is .from prodigy 'Prodigy, by its shape'
json_is .passed_over 2 'what was rejected or ignored is passed over'
is "$(labels 'a 1' topics)" 'coal|tax ' 'labels accepted one by one'
is "$(labels a4 topics d-eve)" 'coal ' 'ids under meta, sessions as people'
cat >choice.jsonl <<'END'
{"text":"Tax it","options":[{"id":"pro","text":"Pro"}],"accept":["pro"],"answer":"accept","_task_hash":1}
{"text":"Nothing much","options":[{"id":"pro","text":"Pro"}],"accept":["con"],"answer":"accept","_task_hash":2}
END
run_ok p.tiger import annotations choice.jsonl --scheme lab --json
json_is .annotations 1 'choices'
json_is .same 1 'and those that were there'
run_ok p.tiger import annotations choice.jsonl --scheme lab --as Zoe \
    --from prodigy
is "$(labels a6 lab Zoe)" 'con ' 'in the name of somebody'
cat >numbers.jsonl <<'END'
{"text":"Tax it","options":[{"id":0,"text":"For"},{"id":1,"text":"Against"}],"accept":[1],"answer":"accept","_annotator_id":"d-al","_session_id":"d-x","_timestamp":1700000000}
{"text":"Coal must go","spans":[],"options":[{"id":0,"text":"For"}],"accept":[],"answer":"accept","_timestamp":1700000000}
END
run_ok p.tiger import annotations numbers.jsonl --scheme topics --json
json_is .empty 1 'nothing accepted is no label'
is "$(labels a_2 topics d-al)" 'Against ' 'an option of a number is its text'
run_ok p.tiger export annotations --layer d-al --out t2.csv
like "$(cat t2.csv)" '2023-11-14T22:13:20' 'said when it was said'
run p.tiger import annotations t.csv --from doccano
status 3 'no export'
like "$err" 'no export of doccano' 'is refused'
run_ok p.tiger check

# ---- --check ----
afresh
before=$(cat p.tiger* 2>/dev/null | cksum)
list=$(find . | sort)
run p.tiger import annotations d.jsonl --check --json
status 3 'a check ends as the import would'
json_is .check true 'and says that it is one'
json_is .annotations 1 'what would be done'
like "$out" '"unknown":\["Not here"\]' 'what is unknown'
like "$out" '"column":"text","kind":"text","filled":5,"different":5' \
    'the columns'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --bad-rows drop --on-conflict replace --check --json
json_is .replaced 1 'conflicts'
printf 'id,text,lab\nb1,x,neu\na_2,y,pro\nb1,z,pro\nb2,,pro\n' >more.csv
run p.tiger import texts more.csv --id id --text text --label lab --check \
    --json
status 3 'a check of texts'
like "$out" '"id twice":\{"count":2,"rows":\[2,3\]' 'ids that come twice'
like "$out" '"empty text":\{"count":1,"rows":\[4\]' 'empty texts'
like "$out" '"labels":\["lab: neu"\]' 'labels that would be made'
run_ok p.tiger import valid more.csv --id id --text text --bad-rows drop \
    --check --json
json_is .kept 1 'texts that would be kept'
run_ok new q --data texts.csv --id key --text text --label lab --test 2 \
    --check --json
json_is .test 2 'sets that would be drawn'
json_is .annotated 2 'and labels'
rm -f more.csv
is "$(find . | sort)" "$list" 'no file was made'
is "$(cat p.tiger* 2>/dev/null | cksum)" "$before" 'the project has not changed'
# ---- the same text, its accents composed or not ----
printf 'id,text\n1,caf\303\251 noir\n2,th\303\251 vert\n' >nfc.csv
run_ok new nfc --data nfc.csv --id id --text text
printf '{"id":71,"text":"cafe\314\201 noir","label":["pro"]}\n' >nfd.jsonl
run_ok nfc.tiger import annotations nfd.jsonl --from doccano --json
json_is .annotations 1 'a decomposed accent is the same text'

done_testing
