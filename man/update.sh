#!/bin/sh
# update.sh PROGRAM: puts the section of commands that the program prints from
# its table into tagtiger.1. `make man` runs it; tests/cmd/grammar.t compares.
set -eu
page=$(dirname "$0")/tagtiger.1
new=$(mktemp)
trap 'rm -f "$new" "$new.section"' EXIT
"$1" help --man >"$new.section"
awk -v section="$new.section" '
	/^\.\\" end commands/ { inside = 0 }
	!inside
	/^\.\\" begin commands/ {
		inside = 1
		while ((getline line < section) > 0)
			print line
	}' "$page" >"$new"
cat "$new" >"$page"
