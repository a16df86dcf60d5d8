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

# ---- tables: unknown ids, conflicts ----
printf 'id,what\na 1,pro\na_2,con\na3,con\nzz,pro\nyy,con\n' >t.csv
run p.tiger import annotations t.csv --id id --label what --scheme lab
status 3 'unknown ids refuse the file'
like "$out" 'no text of the project: zz, yy' 'and are listed'
run p.tiger import annotations t.csv --id id --label what --scheme lab --json
like "$out" '"unknown":\["zz","yy"\]' 'all of them for programs'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --bad-rows drop --json
json_is .annotations 1 'or left out'
json_is .same 1 'equal labels are counted'
json_is .conflicts.count 1 'a conflict'
json_is '.conflicts.first[0].id' a_2 'is reported with the id,'
json_is '.conflicts.first[0].has' pro 'what the text has'
json_is '.conflicts.first[0].file' con 'and what the file says'
json_is .conflicts_kept 1 'and the label stays'
is "$(labels a_2 lab)" 'pro ' 'as it was'
run p.tiger import annotations t.csv --id id --label what --scheme lab \
    --bad-rows drop --on-conflict add
status 2 'a second annotator needs a name'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --bad-rows drop --on-conflict add --as Anna --json
json_is .added 1 'the file is a second opinion'
is "$(labels a_2 lab)" 'con pro ' 'beside the first'
is "$(labels a_2 lab Anna)" 'con ' 'in the name given'
run_ok p.tiger import annotations t.csv --id id --label what --scheme lab \
    --bad-rows drop --on-conflict replace --json
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
done_testing
