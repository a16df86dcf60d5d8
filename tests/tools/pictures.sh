#!/bin/sh
# pictures.sh: the README's pictures anew, into man/pictures. Called by
# `make pictures`, which has built what it needs.
set -eu
: "${BUILD:=build}"
case $BUILD in /*) ;; *) BUILD=$(pwd -P)/$BUILD ;; esac
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir "$home/tmp" man/pictures 2>/dev/null || :
export HOME="$home" TMPDIR="$home/tmp" XDG_CONFIG_HOME="$home/config"
export XDG_CACHE_HOME="$home/cache" XDG_DATA_HOME="$home/data"
export XDG_STATE_HOME="$home/state" LC_ALL=C.UTF-8 TZ=UTC
export TERM=xterm-256color TAGTIGER="$BUILD/tagtiger"
export TAGTIGER_TORCH_SHIM="$BUILD/libtagtiger-torch.so"
unset NO_COLOR COLUMNS LINES
"$BUILD/tests/screen/driver" tests/screen/pictures.script
ls -l man/pictures
