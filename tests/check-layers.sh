#!/bin/sh
# What may include what: src/README.md has the picture. Prints TAP.
set -u
n=0 bad=0

# Whose header it is. Most have a .c of the same name in their layer; the rest,
# and those whose name two layers use for a file, are told here.
owner_of() {
	case $1 in
	torch) echo torch; return ;;
	cmd | call | names) echo cmd; return ;;
	ui) echo ui; return ;;
	db | schema | project | doc | scheme | label | annot | history | \
	    user | lease | model | metric | feature | param | jobrow)
		echo store; return ;;
	hf | tokenizer | regex | tfidf | words | safetensors)
		echo text; return ;;
	agreement | crossval | encode | finetune | learncurve | logreg | \
	    metrics | scaler | select | torch_load)
		echo learn; return ;;
	table) echo table; return ;;
	agree | import | export | quick | score | predict | next | current)
		echo task; return ;;
	esac
	for l in base store table text learn task cmd ui; do
		[ -f "src/$l/$1.c" ] && echo "$l" && return
	done
}

# check LAYER ALLOWED...: the layers whose headers src/LAYER may include,
# besides its own.
check() {
	layer=$1
	shift
	n=$((n + 1))
	wrong=
	for f in "src/$layer"/*.[ch] "src/$layer"/*.cc "src/$layer"/*/*.[ch]; do
		[ -f "$f" ] || continue
		for h in $(sed -n 's/^#include "\(.*\)".*/\1/p' "$f"); do
			case $h in
			tagtiger/*.h)
				h=${h#tagtiger/}
				o=$(owner_of "${h%.h}") ;;
			*_conf.h | *_sql.h) o=$layer ;;
			../*) [ -f "$(dirname "$f")/$h" ] && o=$layer || o= ;;
			*) [ -f "$(dirname "$f")/$h" ] && o=$layer || o= ;;
			esac
			case " $layer $* " in
			*" ${o:-nothing} "*) ;;
			*) wrong="$wrong
#   $f includes $h of ${o:-no layer that is known}" ;;
			esac
		done
	done
	if [ "$wrong" ]; then
		bad=$((bad + 1))
		echo "not ok $n - $layer$wrong"
	else
		echo "ok $n - $layer"
	fi
}

echo 1..10
check base
check store base
check table base
check text base
check torch
check learn base text torch
check task base store table text torch learn
check cmd base store table text learn task
check ui base store task cmd
check cli base store task cmd ui
[ $bad = 0 ]
