#!/bin/sh
# The whole job on packages.csv, as one would do it by hand; `make demo` runs
# it. What it makes is left in build/demo. On a terminal it opens the project
# at the end. Takes two to four minutes on two cores.
set -eu
: "${BUILD:=build}" "${TAGTIGER_BASE:=}"
case $BUILD in /*) ;; *) BUILD=$(pwd -P)/$BUILD ;; esac
tagtiger=$BUILD/tagtiger
json=$BUILD/tests/tools/json
data=$(pwd -P)/data/packages.csv
dir=$BUILD/demo
: "${TAGTIGER_THREADS:=2}"
export TAGTIGER_BASE TAGTIGER_THREADS
[ -x "$tagtiger" ] || { echo "demo: make the program first" >&2; exit 1; }
rm -rf "$dir"
mkdir -p "$dir"
cd "$dir"

base=all-MiniLM-L6-v2
torch=
[ -f "$BUILD/libtagtiger-torch.so" ] && [ -d "$TAGTIGER_BASE/$base" ] &&
    torch=yes

begin=$(date +%s)
step() {
	printf '\n\033[1m%s\033[0m  (%d s)\n' "$1" \
	    $(($(date +%s) - begin))
}
if [ ! -t 1 ]; then
	step() { printf '\n== %s  (%d s)\n' "$1" $(($(date +%s) - begin)); }
fi
# Show a command as one would type it, and run it.
t() {
	echo "\$ tagtiger $*"
	"$tagtiger" "$@"
}

step "A project: 1,500 texts to train on, 300 to validate with, 600 to test with"
t new demo.tiger --data "$data" --id id --text text --label section \
    --context source,homepage,size_kb,tags --lang en \
    --train 1500 --valid 300 --test 600 --seed 1

step "Features: numbers that a quick model can learn from"
t demo.tiger feature add tfidf
feature=tfidf
if [ "$torch" ]; then
	t demo.tiger feature add sbert --base $base
	feature=sbert
fi

step "A quick model: logistic regression, with 10-fold cross-validation"
t demo.tiger quick train --name quick --features $feature --cv 10
t demo.tiger score quick --set test

# The labels of the file play the annotator, in schemes of their own on a copy
# of the project. Each policy starts from the same labels and gets as many; a
# model is trained every 20 of them. One program runs for a whole session: it
# reads commands from a pipe, as a script, and answers in JSON.
step "Does it help to let the model choose? Labels from the file, as if typed"
start=40 every=20 scored=60 last=400
mkdir sim sim/label
cp demo.tiger sim/sim.tiger
cp -r demo.tiger-data sim/sim.tiger-data
"$tagtiger" demo.tiger export annotations --set all --out sim/all.jsonl \
    >/dev/null
# One JSON object a line. sim/label/ID holds a text's label, where the shell
# finds it fast; sim/train lists the training texts.
awk -v dir=sim '
	{
		id = $0; sub(/^[{]"id":"/, "", id); sub(/".*/, "", id)
		label = $0
		sub(/.*"section":"/, "", label); sub(/".*/, "", label)
		file = dir "/label/" id
		print label >file
		close(file)
	}
	/"set":"train"/ { print id >(dir "/train") }
	/"set":"test"/ { print id "," label >(dir "/test") }
' sim/all.jsonl
{ echo id,section; cat sim/test; } >sim/test.csv
sort -u sim/label/* >sim/labels

# ask COMMAND: what the program that reads from descriptor 3 answers.
ask() {
	echo "$1" >&3
	read -r answer <&4 || { cat sim/err >&2; exit 1; }
	case $answer in
	'{"error"'*) echo "demo: $1: $answer" >&2; exit 1 ;;
	esac
}
tag() {
	read -r label <"sim/label/$1"
	ask "tag $1 $label"
	n=$((n + 1))
}
# A training text for each number that a small generator gives: the same ones
# for both policies.
first() {
	awk -v seed="$1" -v want=$start '
		{ id[NR] = $0 }
		END {
			while (k < want) {
				seed = (seed * 16807 + 12345) % 2147483647
				i = seed % NR + 1
				if (!(i in seen)) { print id[i]; k++ }
				seen[i] = 1
			}
		}' sim/train
}
# simulate POLICY SEED: prints "POLICY labels macro-F1" as it goes.
simulate() {
	scheme=$1-$2
	rm -f sim/in sim/out
	mkfifo sim/in sim/out
	"$tagtiger" sim/sim.tiger --json <sim/in >sim/out 2>sim/err &
	program=$!
	exec 3>sim/in 4<sim/out
	ask "scheme add $scheme"
	ask "scheme use $scheme"
	while read -r label; do ask "label add $label"; done <sim/labels
	ask "import annotations sim/test.csv --id id --label section --scheme $scheme"
	n=0
	first "$2" >sim/first
	while read -r id; do tag "$id"; done <sim/first
	ask "quick train --name $scheme --features $feature"
	while :; do
		if [ $(((n - start) % scored)) = 0 ]; then
			ask "score $scheme --set test"
			f1=$(echo "$answer" | "$json" .f1_macro)
			echo "$1 $n $f1"
		fi
		[ $n -lt $last ] || break
		ask "next --mode $1"
		id=${answer#*\"id\":\"}
		tag "${id%%\"*}"
		[ $(((n - start) % every)) != 0 ] ||
		    ask "quick train --name $scheme --features $feature"
	done
	exec 3>&- 4<&-
	wait $program
}
for seed in 1 2 3 4 5; do
	simulate random $seed
	simulate active $seed
done >sim/curve
awk '
	{ sum[$1, $2] += $3; runs[$1, $2]++ }
	!($2 in seen) { seen[$2] = 1; labels[++m] = $2 }
	END {
		n = runs["random", labels[1]]
		print "macro-F1 on the test texts, mean of " n " sessions:"
		printf "  %8s  %8s  %8s\n", "labels", "random", "active"
		for (i = 1; i <= m; i++)
			printf "  %8d  %8.3f  %8.3f\n", labels[i],
			    sum["random", labels[i]] / n,
			    sum["active", labels[i]] / n
	}' sim/curve
rm -rf sim

model=quick
if [ "$torch" ]; then
	step "Fine-tuning $base on the training texts"
	t demo.tiger bert train --base $base --name minilm --epochs 2 \
	    --batch 8 --lr 3e-4 --max-length 64 --eval-share 0.1 --seed 1
	step "The fine-tuned model on the 600 test texts"
	t demo.tiger score minilm --set test
	model=minilm
fi

step "Predictions for all 3,000 texts, and three exports"
t demo.tiger predict $model --set all
t demo.tiger export predictions --model $model --format csv \
    --out predictions.csv
t demo.tiger export predictions --model $model --format parquet \
    --out predictions.parquet
t demo.tiger export annotations --set all --format xlsx --out annotations.xlsx
ls -l predictions.csv predictions.parquet annotations.xlsx

step "Done"
echo "The project is $dir/demo.tiger"
if [ -t 0 ] && [ -t 1 ]; then
	printf 'Enter opens it (q leaves): '
	read -r _ || exit 0
	exec "$tagtiger" demo.tiger
fi
