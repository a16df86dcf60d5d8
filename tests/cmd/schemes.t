# Schemes, labels and codebook: acts, merges, keys, and undo of each.
. tests/tap.sh
cd "$w" || exit
printf 'id,text\n1,one\n2,two\n3,three\n4,four\n' >d.csv
run_ok new p --data d.csv --id id --text text
p=p.tiger

tagged() {
	run_ok $p export annotations --out a.csv
	cut -d, -f5 a.csv | sed 1d | tr '\n' ' '
}
tag_all() {
	printf 'tag 1 a\ntag 2 a\ntag 3 b\n' | "$TAGTIGER" $p >/dev/null
}

# ---- labels ----
run_ok $p label add a
run_ok $p label add b --description 'the second' --colour blue
run_ok $p label add c --key x
run $p label add a
status 3 'a label that is there'
run $p label add ''
status 3 'an empty name'
run $p label add d --key s
status 3 'a key that the screen has'
like "$err" "'[a-z]' is free" 'with one that is free'
run $p label key a x
status 3 "another label's key"
run $p label key a 1
status 3 'a digit is no key'
run_ok $p label key a é
run_ok $p label key a ''
run_ok $p label list --json
json_is '.labels[#]' 3 'a label that was refused was not added'
json_is '.labels[0].key' 1 'the first label has digit 1'
json_is '.labels[2].key' x 'a letter of its own'
json_is '.labels[1].description' 'the second' 'described'
json_is '.labels[1].colour' blue 'coloured'
run_ok $p label colour b '#d50'
run $p label colour b bleu
status 3 'no such colour'
run_ok $p label move c 1
run_ok $p label list --json
json_is '.labels[0].label' c 'moved to the front'
run $p label move c 4
status 2 'a place there is not'
run_ok $p undo --json
json_is .act 'label move' 'undo names the act'
run_ok $p label list --json
json_is '.labels[0].label' a 'and takes it back'

# ---- rename, merge, delete ----
tag_all
run_ok $p label rename a aa --json
json_is .merged false 'a rename'
json_is .annotations 2 'counts what carries it'
is "$(tagged)" 'aa aa b  ' 'and keeps it'
run_ok $p label rename b aa --json
json_is .merged true 'onto another label it merges'
json_is .annotations 1 'counts what moved'
is "$(tagged)" 'aa aa aa  ' 'all of it'
run_ok $p tag 4 aa
run_ok $p undo
run_ok $p undo --json
json_is .act 'label merge' 'the merge is undone'
is "$(tagged)" 'aa aa b  ' 'exactly'
run_ok $p redo
is "$(tagged)" 'aa aa aa  ' 'and done again'
run_ok $p redo
is "$(tagged)" 'aa aa aa aa ' 'with the label that came after'
run_ok $p undo
run_ok $p undo
run_ok $p label delete aa --json
json_is .annotations 2 'a delete counts what goes'
is "$(tagged)" '  b  ' 'and it is gone'
run_ok $p tag 4 c
run_ok $p undo
run_ok $p undo --json
json_is .act 'label delete' 'the delete is undone'
is "$(tagged)" 'aa aa b  ' 'its annotations are back'
run $p label rename nope x
status 3 'a label that is not there'
run $p label delete bb
like "$err" "did you mean 'b'" 'near names'
run_ok $p check

# ---- split ----
run_ok $p label split aa other --match '^o' --dry-run --json
json_is .texts 1 'a split says what it would do'
json_is .of 2 'of how many'
json_is .done false 'and does not'
is "$(tagged)" 'aa aa b  ' 'nothing has changed'
run $p label split aa other
status 2 'which texts has to be said'
run $p label split aa other --match 'zzz'
status 3 'a split of nothing'
run $p label split aa aa --match o
status 3 'or into itself'
run $p label split aa other --user nobody-here
status 3 'a user that is not there'
run_ok $p label list --json
json_is '.labels[#]' 3 'a refused one makes no label'
run_ok $p label split aa other --match '^O' --json
json_is .texts 1 'a split'
json_is .annotations 1 'counts annotations too'
is "$(tagged)" 'other aa b  ' 'gives them to the new label'
run_ok $p label split aa other --match '^T' --match-case --dry-run --json
json_is .texts 0 'in the case asked for'
run_ok $p tag 2 aa --comment unsure
run_ok $p label split aa b --comment --json
json_is .into b 'also to a label that is there'
is "$(tagged)" 'other b b  ' 'by comment'
run_ok $p check
run_ok $p undo --json
json_is .act 'label split' 'undo names the act'
is "$(tagged)" 'other aa b  ' 'and takes it back'
run_ok $p undo
run_ok $p undo --json
like "$out" 'aa: 1 to other' 'with what it did'
is "$(tagged)" 'aa aa b  ' 'all of it'
run_ok $p label list --json
json_is '.labels[#]' 3 'the label too'
run_ok $p redo
is "$(tagged)" 'other aa b  ' 'and does it again'
run_ok $p check
run_ok $p undo
run $p label colour b nonsense
status 3 'a colour that is none'
run_ok $p label colour b '#d50'
run_ok $p history --limit 1 --json
act=$(printf '%s' "$out" | sed 's/.*"replica":\([0-9]*\),"seq":\([0-9]*\).*/\1:\2/')
run_ok $p tag 4 b
run $p undo --act nonsense
status 2 'an act is two numbers'
run $p undo --act 1:999999
status 3 'that are there'
run_ok $p undo --act "$act" --json
json_is .act 'label colour' 'a certain act is undone'
is "$(tagged)" 'aa aa b b ' 'and what came after stays'
run $p undo --act "$act"
status 1 'once'
run_ok $p undo
run_ok $p history --kind 'label split' --json
json_is '.total' 2 'the log knows of both'

# ---- schemes ----
run_ok $p scheme add topics --kind multilabel --json
json_is .kind multilabel 'a multi-label scheme'
run $p scheme add topics
status 3 'a scheme that is there'
run $p scheme use nope
status 3 'a scheme that is not'
run_ok $p scheme use topics
run_ok $p scheme list --json
json_is '.schemes[1].current' true 'used from now on'
run_ok $p label add coal
run_ok $p label add gas
run_ok $p tag 1 coal,gas --json
json_is '.labels[#]' 2 'several labels'
run_ok $p tag 2 --none --json
json_is '.labels[#]' 0 'none of these'
run $p tag 1 aa
status 3 'a label of another scheme'
run_ok $p tag 3 --scheme default aa
run $p tag 3 --scheme default aa,b
status 3 'one label in a multi-class scheme'
run $p tag 3 --scheme default --none
status 3 'and not none'
run $p tag 3
status 2 'a label or --none'
run $p tag 3 coal --none
status 2 'not both'
run_ok $p scheme copy topics one --kind multiclass --json
json_is .left_out 1 'texts with several labels are left out'
json_is .labels 2 'labels are copied'
run_ok $p scheme copy default d2 --json
json_is .annotated 3 'annotations too'
run_ok $p scheme copy default d3 --labels-only --json
json_is .annotated 0 'unless not wanted'
run_ok $p scheme rename d2 second --json
json_is .scheme second 'renamed'
run_ok $p scheme delete second --json
json_is .annotations 3 'deleted with what is in it'
run $p label list --scheme second
status 3 'and gone'
run_ok $p undo
run_ok $p label list --scheme second --json
json_is '.tagged' 3 'undone, it is back'
run_ok $p scheme delete topics
run_ok $p scheme list --json
json_is '.schemes[0].current' true 'the first one where mine is deleted'

run_ok $p label add 'a|b'
run $p scheme copy default many --kind multilabel
status 3 'a label that a multi-label scheme cannot have'
like "$err" 'a\|b: in a multi-label scheme' 'is named'
run $p label list --scheme many
status 3 'and no half of a copy is left'
run_ok $p undo
run_ok $p scheme add again
run_ok $p scheme delete again
run_ok $p scheme add again
run_ok $p history --kind 'scheme delete' --limit 1 --json
run $p undo --act "$(json '.events[0].replica'):$(json '.events[0].act')"
status 4 'a scheme whose name another has by now does not come back'
like "$err" 'two schemes would be named again: rename one' 'which is said'
run_ok $p check

# ---- codebook ----
run_ok $p codebook show --json
json_is .codebook '' 'no codebook yet'
printf '# What\n\nA *text*, “quoted”.\n' >book.md
run_ok $p codebook set book.md --json
run_ok $p codebook show
is "$out" "$(cat book.md)" 'shown as it is'
run_ok $p codebook export --out out.md
ok 'exported as it is' cmp book.md out.md
run $p codebook set none.md
status 3 'a file that is not there'
printf 'caf\351' >latin.md
run $p codebook set latin.md
status 3 'a file that is not UTF-8'
run $p codebook edit
status 2 'no editor without a terminal'
if command -v script >/dev/null 2>&1; then
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho more >>"$1"\n' >ed.sh
	chmod +x ed.sh
	EDITOR="$w/ed.sh" VISUAL='' script -qec \
	    "'$TAGTIGER' $p codebook edit" /dev/null </dev/null >/dev/null
	run_ok $p codebook show
	like "$out" '^more$' 'edited'
	run_ok $p undo
	run_ok $p codebook show
	unlike "$out" '^more$' 'and undone'
fi
run_ok $p check
done_testing
