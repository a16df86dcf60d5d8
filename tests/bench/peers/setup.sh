#!/bin/sh
# setup.sh DIR: what the timings compare with. A Python environment, 61,000
# texts (descriptions of Debian's packages) as csv, Parquet and xlsx, the same
# as a million rows, and 50,000 MiniLM embeddings. 3 GB of downloads the first
# time; what is there is not made again. Needs Debian's python3-venv and apt.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
export BENCH_DATA="$dir" HF_HUB_OFFLINE=1
[ -x "$dir/venv/bin/pip" ] || python3 -m venv "$dir/venv" || {
	echo "Debian's python3-venv is needed to set up the peers" >&2
	exit 1
}
"$dir/venv/bin/python" -m pip install -q --no-cache-dir \
    -r "$here/requirements.txt"
if [ ! -s "$dir/emb50k.npy" ]; then
	mkdir -p "$dir/aptlists/partial" "$dir/aptcache/archives/partial"
	apt-get update -qq -o Dir::State::Lists="$dir/aptlists" \
	    -o Dir::Cache="$dir/aptcache" -o Acquire::Languages=en
fi
make_corpus() {
	[ -s "$dir/$2" ] && return
	"$dir/venv/bin/python" "$here/make_corpus.py" "$dir/aptlists" "$1" \
	    "$dir/new-$2"
	mv "$dir/new-$2" "$dir/$2"
}
make_corpus 0 deb.csv
make_corpus 0 deb.parquet
make_corpus 1000000 deb1m.csv
make_corpus 20000 deb20k.xlsx
[ -s "$dir/emb50k.npy" ] || "$dir/venv/bin/python" "$here/embed.py"
