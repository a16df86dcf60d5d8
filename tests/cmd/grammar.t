# The command line: what is a project, errors and statuses, help, JSON.
. tests/tap.sh
root=$PWD
cd "$w" || exit

# ---- no project ----
run_ok --version
like "$out" '^tagtiger [0-9]' '--version'
run_ok help
like "$out" '^  label rename' 'help lists the commands'
unlike "$out" '^  complete ' 'but hidden ones'
run_ok --help
like "$out" '^usage: tagtiger' '--help'
run_ok help label rename
like "$out" 'merge the two' 'help of a command'
run_ok help label
like "$out" 'label delete NAME' 'help of a noun tells all of its commands'
run_ok label rename --help
like "$out" 'label rename OLD NEW \[--scheme S\]' '--help of a command'
run_ok tag --help --none --nope
like "$out" '^usage:' '--help wins over what does not parse'
run_ok help tag --json
json_is '.commands[0].name' tag 'help as JSON'
run help nope
status 2 'help of what is not a command'
run
status 0 'without a terminal: the list of projects'
like "$out" 'no projects' 'of which there are none'
run_ok list --json
json_is .count 0 'as JSON'

run lable list
status 2 'an unknown command'
like "$err" "^tagtiger: .*did you mean 'label'" 'with what may be meant'
is "$out" '' 'and nothing on standard output'
run label list
status 2 'a command that needs a project'
like "$err" 'needs a project: tagtiger FILE.tiger label list' 'says how'
run label list p.tiger
like "$err" 'needs a project: tagtiger FILE.tiger label list' 'behind it too'
run nothing.tiger info
status 3 'a project that is not there'
run nothing.csv
status 3 'a file of texts that is not there'
echo x >notes.md
run notes.md
status 2 'a file of another kind'
like "$err" '\.csv' 'is told what there is'

cat >posts.csv <<'END'
post_id,body,src,stance
1,Coal is bad,lm,oppose
2,Coal is good,lm,
3,"Tax, it",fig,
b b,Maybe,fig,
-5,Minus,lib,
END
run posts.csv info
like "$err" 'is a file of texts: make a project' 'a file of texts is no project'
run posts.csv
status 0 'a file of texts without a terminal'
like "$out" \
    '^tagtiger new posts.tiger --data posts.csv --id post_id --text body$' \
    'gives the line to type'
# shellcheck disable=SC2086
run_ok ${out#tagtiger } --json
json_is .kept 5 'which works'
run_ok list --json
json_is '.projects[0].project' posts 'and the project is listed'

# ---- parsing ----
p=posts.tiger
run $p
status 0 'an empty script'
run $p labl list
status 2 'a near command'
run $p label add
status 2 'an argument is missing'
like "$err" 'needs NAME' 'and named'
like "$err" '^usage: label add NAME' 'with the usage'
run $p label add a b
status 2 'an argument too many'
like "$err" "'b'" 'is named'
run $p label add a --shceme x
status 2 'an unknown option'
like "$err" "did you mean '--scheme'" 'with a near one'
run $p label add a --scheme
status 2 'an option without its value'
run $p label add a --scheme nope
status 3 'a scheme that is not there'
run $p next --mode actve
status 2 'a word that is no choice'
run $p view tag
status 2 'a command of the screen'
run_ok $p label add 'pro, strongly'
run_ok $p label add -- --con
run_ok $p label add "it's"
run_ok $p label list --json
json_is '.labels[0].label' 'pro, strongly' 'a comma in a name'
json_is '.labels[1].label' --con 'dashes after --'
json_is '.labels[2].label' "it's" 'a quote'
run $p tag 2 'pro, weakly'
status 3 'a list of two items'
run_ok $p tag 2 'pro, strongly'
run_ok $p undo
run_ok $p tag 2 '"pro, strongly"' --json
json_is '.labels[0]' 'pro, strongly' 'quoted, it is one'
run_ok $p tag --comment=--x --scheme default -5 "it's" --json
json_is .id -5 'an id with a dash'
json_is .comment --x '--o=V'
run_ok $p tag 'b b' --comment 'a "b"' -- --con
run_ok $p history --text 'b b' --json
json_is '.events[0].data.comment' 'a "b"' 'the comment as it was written'

# ---- failures as JSON ----
run $p tag 99 "it's" --json
status 3 'an id that is not there'
json_is .status 3 'its status in the object'
like "$(json .error)" '99' 'and what is wrong'
like "$err" '^tagtiger: .*99' 'which is on standard error too'
json_is .line '' 'no line outside of a script'
run $p tagg 1 --json
status 2 'a line that does not parse'
json_is .status 2 'is JSON too'
run $p --json tag 1 "it's"
json_is .id 1 '--json before the command'

# ---- data that would steer a terminal ----
printf 'id,text\n1,"a\033[31mred\tx"\n' >esc.csv
run_ok new esc --data esc.csv --id id --text text
run_ok esc.tiger next
is "$(printf %s "$out" | tr -d '\n' | grep -c "$(printf '\033')")" 1 \
    'a pipe gets the text as it is'
if command -v script >/dev/null 2>&1; then
	out=$(script -qec "'$TAGTIGER' esc.tiger next" /dev/null </dev/null)
	unlike "$out" "$(printf '\033')\[31m" 'a terminal does not'
	cp esc.csv "$(printf 'e\033[31m.csv')"
	out=$(script -qec "'$TAGTIGER' e*31m.csv </dev/null" /dev/null \
	    </dev/null)
	like "$out" 'new .*31m' 'what is proposed for a file'
	unlike "$out" "$(printf '\033')\[31m" 'does not steer one either'
fi

# ---- completion ----
run_ok $p complete -- 'label ren'
like "$out" '^rename	' 'a second word, with its help'
run_ok $p complete -- 'label delete pro'
is "$out" "'pro, strongly'" 'a label of the project, quoted'
run_ok $p complete -- 'tag 1 pro'
is "$out" "'\"pro, strongly\"'" 'in a list it is quoted for the list too'
run_ok $p complete -- 'scheme use d'
is "$out" default 'a scheme'
run_ok completion bash
like "$out" 'complete -F' 'the script for bash'
if command -v bash >/dev/null 2>&1; then
	cat >complete.bash <<-'END'
	source <("$TAGTIGER" completion bash)
	COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=($1) COMP_CWORD=$2
	[[ $1 == *' ' ]] && COMP_WORDS+=('')
	COMP_WORDS[0]=$TAGTIGER COMP_LINE=$TAGTIGER${1#tagtiger}
	COMP_POINT=${#COMP_LINE}
	_tagtiger "$TAGTIGER" "${COMP_WORDS[$2]}" 2>&1
	printf '%s\n' "${COMPREPLY[@]}"
	END
	out=$(TAGTIGER=$TAGTIGER bash complete.bash \
	    'tagtiger posts.tiger next --mode a' 4)
	is "$out" active 'bash: a choice'
	out=$(TAGTIGER=$TAGTIGER bash complete.bash \
	    'tagtiger posts.tiger scheme use ' 4)
	is "$out" default 'bash: a name of the project'
	out=$(TAGTIGER=$TAGTIGER bash complete.bash 'tagtiger compl' 1)
	is "$out" completion 'bash: a command'
fi
run_ok completion zsh
run_ok completion fish
run completion csh
status 2 'a shell that is not known'

# ---- the manual tells of what there is ----
run_ok help --man
sed -n '/^\.\\" begin commands/,/^\.\\" end commands/p' \
    "$root/man/tagtiger.1" | sed '1d;$d' >man.section
is "$(cat man.section)" "$out" \
    "man/tagtiger.1 has the commands of the table (make man)"
run_ok $p config --json
for key in $(printf %s "$out" | grep -o '"key":"[^"]*"' | cut -d'"' -f4); do
	ok "and the parameter $key" grep -q "^\.It Cm $key$" \
	    "$root/man/tagtiger.1"
done

done_testing
