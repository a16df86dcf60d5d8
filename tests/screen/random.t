# Random keys: no crash, no hang, no label lost. With more keys, or other ones:
# make asan T=screen/random.t KEYS=1000000 SEED=7
run mkdir start && cp $ROOT/tests/screen/data/tiny.csv start/texts.csv
run awk 'BEGIN { split("coal,the vote,prices,trees,a carbon tax,the minister,jobs", what, ","); split("must go,is planned for May,cost too much,were heard,help us all", that, ","); for (i = 61; i <= 900; i++) printf "p%03d,\"On %s: %s %s.\",Le Monde,2024-%02d-01,%s\n", i, what[i % 7 + 1], what[i % 3 + 1], that[i % 5 + 1], i % 12 + 1, i % 29 ? "" : i % 2 ? "support" : "oppose" }' >>start/texts.csv
run cd start && $TAGTIGER new class --data texts.csv --id id --text text --context source,date --label stance --test 30 --valid 20 && $TAGTIGER class.tiger feature add tfidf && $TAGTIGER class.tiger quick train --features tfidf --name quick --cv 3 && $TAGTIGER class.tiger codebook set $ROOT/tests/screen/data/codebook.md
run cd start && $TAGTIGER new many --data texts.csv --id id --text text && $TAGTIGER many.tiger scheme add themes --kind multilabel && $TAGTIGER many.tiger scheme use themes && for i in $(seq -w 30); do echo "label add 'theme $i'"; done | $TAGTIGER many.tiger
run cd start && cp class.tiger mix.tiger && cp -R class.tiger-data mix.tiger-data && $TAGTIGER mix.tiger scheme add themes --kind multilabel && for i in a b c; do echo "label add 'theme $i' --scheme themes"; done | $TAGTIGER mix.tiger
run cd start && $TAGTIGER new empty --data texts.csv --id id --text text
random 1 20000
