#!/bin/sh
# install-torch.sh SHIM DIR: puts the shim and the part of libtorch that it
# needs into DIR, where other accounts can read them: the cache they come from
# lies in somebody's home. Called by `make install` with TORCH_DIR set.
#
# Libraries keep their places relative to each other (torch/lib, nvidia/*/lib),
# since that is where they look for one another.
set -eu
shim=$1 to=$2
from=$(dirname "$TORCH_DIR")

put() {
	case $1 in
	"$TORCH_DIR"/*) at=torch/${1#"$TORCH_DIR"/} ;;
	"$from"/*) at=${1#"$from"/} ;;
	*) return 0 ;;
	esac
	install -d "$to/$(dirname "$at")"
	# A symbolic link becomes the file: its name is what is looked for.
	install -m 644 "$1" "$to/$at"
}

install -d "$to"
install -m 755 "$shim" "$to/libtagtiger-torch.so"
rm -rf "$to/torch" "$to/nvidia"
if [ -e "$TORCH_DIR/lib/libtorch_cuda.so" ]; then
	# CUDA opens some of its libraries by name as it runs: take them all.
	set -- "$TORCH_DIR"/lib/*.so* "$from"/nvidia/*/lib/*.so*
else
	# shellcheck disable=SC2046
	set -- $(ldd "$TORCH_DIR/lib/libtorch_cpu.so" |
	    awk '$2 == "=>" && $3 ~ /^\// { print $3 }') \
	    "$TORCH_DIR/lib/libtorch_cpu.so"
fi
for lib; do
	case $lib in
	*/libtorch_python.so | */libshm.so) continue ;;
	esac
	[ -f "$lib" ] || continue
	# ldd writes a/../b as it stands in the library's search path.
	put "$(cd "$(dirname "$lib")" && pwd -P)/${lib##*/}"
done
for text in "$TORCH_DIR"/LICENSE "$TORCH_DIR"/NOTICE \
    "$from"/torch-*.dist-info/licenses/LICENSE \
    "$from"/torch-*.dist-info/licenses/NOTICE; do
	[ ! -f "$text" ] || install -m 644 "$text" "$to/torch/"
done
