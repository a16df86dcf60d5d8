# tag-all: many texts labelled as one act, and one undo.
. tests/tap.sh
cd "$w" || exit
{ echo id,text; for i in 1 2 3 4 5 6; do echo "t$i,text number $i"; done; } >t.csv
run_ok new p --data t.csv --id id --text text --train 5 --json
run_ok p.tiger export annotations --out r.csv --set rest
rest=$(sed -n 's/^\(t[0-9]\),.*/\1/p' r.csv)
ids=$(for i in 1 2 3 4 5 6; do [ "t$i" = "$rest" ] || echo "t$i"; done)
set -- $ids
run_ok p.tiger label add good
run_ok p.tiger label add bad
run_ok p.tiger tag "$1" bad

run_ok p.tiger tag-all "$1" "$2" "$1" --label good --json
json_is .tagged 2 'each text once'
json_is .otherwise 1 'one had another label'
json_is .labels[0] good 'its label'
printf '%s\n\n%s\r\n' "$3" "$4" >ids
run_ok p.tiger tag-all --file ids --label bad --json
json_is .tagged 2 'ids of a file'
run -i "$5
" p.tiger tag-all --file - --label bad
like "$out" '1 text: bad' 'ids of standard input'

# one undo takes back one act
run_ok p.tiger undo --json
json_is .events 1 'the last one'
run_ok p.tiger undo --json
json_is .events 2 'the file of ids'
run_ok p.tiger undo --json
json_is .events 2 'the first'
like "$(json .undone)" 'and 1 more' 'which says how many'
run_ok p.tiger info --json
run_ok p.tiger export annotations --out a.csv
is "$(grep -c ',bad,' a.csv)" 1 'the label before it is there again'
is "$(grep -c ',good,' a.csv)" 0 'and none of what was undone'
run_ok p.tiger redo --json
json_is .events 2 'done again as one'
run_ok p.tiger check

# all or none
run p.tiger tag-all "$3" nowhere --label good
status 3 'an id that is not there'
run p.tiger tag-all "$3" "$rest" --label good
status 3 'a text of the rest'
like "$err" 'in the rest' 'which it says'
run_ok p.tiger export annotations --out b.csv
is "$(grep -c "^$3,.*,good," b.csv)" 0 'nothing was tagged then'
run p.tiger tag-all "$3"
status 2 'without a label'
run p.tiger tag-all --label good
status 2 'without a text'
run p.tiger tag-all "$3" --label nope
status 3 'a label that is not there'

run_ok p.tiger scheme add many --kind multilabel
run_ok p.tiger label add a --scheme many
run_ok p.tiger label add b --scheme many
run_ok p.tiger tag-all "$1" "$2" --label a,b --scheme many --json
json_is .labels[1] b 'several labels'
run_ok p.tiger tag-all "$1" --none --scheme many --json
json_is .otherwise 1 'none of these, before something else'
run p.tiger tag-all "$1" --label good,bad
status 3 'several labels in a multi-class scheme'
run_ok p.tiger label add 'good, bad'
run_ok p.tiger tag-all "$1" --label 'good, bad' --json
json_is '.labels[0]' 'good, bad' 'but for one whose name has a comma'
run_ok p.tiger tag "$2" '"good, bad"' --json
json_is '.labels[0]' 'good, bad' 'as a list'
run_ok p.tiger tag "$2" 'good, bad' --json
json_is '.labels[0]' 'good, bad' 'or as it is'
done_testing
