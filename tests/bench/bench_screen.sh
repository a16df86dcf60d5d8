#!/bin/sh
# Start to first screen in the views that one leaves it in, and a label's key
# to the next text, with a project of 1,000,000 texts and another process that
# writes: at random, and where a model is most uncertain, which the quick lane
# trains again every 20 labels. Then the same keys where every text of another
# million has its label from the file. See run.sh for what it finds and prints,
# screen.c for what is measured.
set -eu
d=$BENCH_TMP/screen
mkdir -p "$d"
"$PYTHON" - "$PEERS/deb1m.csv" "$d" <<'PY'
import csv
import random
import sys

csv.field_size_limit(1 << 30)
groups = {"libs": "library", "libdevel": "library", "python": "module",
          "perl": "module", "javascript": "module", "ruby": "module"}
with open(sys.argv[1], newline="") as f, \
        open(sys.argv[2] + "/texts.csv", "w", newline="") as out:
    rows = csv.reader(f)
    next(rows)
    w = csv.writer(out)
    w.writerow(["id", "text", "source", "kind"])
    kinds = []
    for i, row in enumerate(rows):
        kinds.append(groups.get(row[2], "application"))
        w.writerow([f"d{i}", row[1], row[2], kinds[i]])
with open(sys.argv[2] + "/tags", "w") as f:
    for i in random.Random(7).sample(range(len(kinds)), 500):
        f.write(f"tag d{i} {kinds[i]}\n")
with open(sys.argv[2] + "/other", "w") as f:
    f.writelines(f"d{i}\n" for i in range(90000, 100000))
PY
# What an account left: state PROJECT KEY VALUE...; in full.tiger it goes
# through all texts, tagged or not.
cat >"$d/state.py" <<'PY'
import json
import os
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
scheme = db.execute("SELECT min(id) FROM scheme").fetchone()[0]
for key, value in zip(sys.argv[2::2], sys.argv[3::2]):
    if key == "mode":
        key = f"screen.criteria.{scheme}"
        value = json.dumps({"set": "train", "mode": value,
                            "filter": 2 if "full" in sys.argv[1] else 0})
    else:
        key = f"screen.{key}"
    db.execute("INSERT OR REPLACE INTO account_state VALUES(?, ?, ?)",
               (os.getuid(), key, value))
db.commit()
PY
other_scheme() { # PROJECT
	"$TAGTIGER" "$1" scheme add other
	"$TAGTIGER" "$1" label add one --scheme other
}
state() {
	"$PYTHON" "$d/state.py" "$@"
}
measure() {
	HOME=$d XDG_STATE_HOME=$d/state "$BUILD/tests/bench/screen" "$@"
}
start() { # PROJECT WHAT MARK
	measure start 21 "$3" "$1" | awk -v what="$2" '{
		printf "start to first screen, %s, ms\t%s\t-\t-\t<= 50 ms\n", \
		    what, $1
		printf "  the same, worst of 21\t%s\t-\t-\t-\n", $2
		printf "  until all is counted\t%s\t-\t-\t-\n", $3
	}'
}
keys() { # PROJECT WHAT KEYS
	measure keys 1500 "$3" "$1" "$d/other" | awk -v what="$2" '{
		printf "key to next text, %s, p99 of 1,500, ms\t%s\t-\t-\t" \
		    "<= 10 ms\n", what, $2
		printf "  the same, median\t%s\t-\t-\t-\n", $1
		printf "  the same, worst\t%s\t-\t-\t-\n", $3
		printf "  bytes a key\t%s\t-\t-\t<= 2048\n", $4
		printf "  anonymous memory, MB\t%s\t-\t-\t<= 100 MB\n", $5
	}'
}
p=$d/screen.tiger
"$TAGTIGER" new "$p" --data "$d/texts.csv" --id id --text text \
	--context source >"$d/log"
for l in library module application; do
	"$TAGTIGER" "$p" label add $l >>"$d/log"
done
{
	other_scheme "$p"
	"$TAGTIGER" "$p" <"$d/tags"
	"$TAGTIGER" "$p" feature add tfidf
	"$TAGTIGER" "$p" quick train --features tfidf
} >>"$d/log"
state "$p" mode random
keys "$p" random 112
state "$p" view tag
start "$p" "in Tag, random" application
state "$p" mode active view tag
keys "$p" active 112
state "$p" view tag
start "$p" "in Tag, active" application
"$TAGTIGER" "$p" config retrain 20 >>"$d/log"
keys "$p" "active, retraining" 112
for v in project table; do
	state "$p" view $v
	start "$p" "in $v" train
done

rm -f "$p"
p=$d/full.tiger
"$TAGTIGER" new "$p" --data "$d/texts.csv" --id id --text text \
	--label kind --context source >"$d/log"
other_scheme "$p" >>"$d/log"
state "$p" view project
start "$p" "in project, all texts labelled" train
state "$p" mode random
keys "$p" "all texts labelled" 11u
state "$p" view tag
start "$p" "in Tag, all texts labelled" application
