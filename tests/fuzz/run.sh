#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets and runs each for a while: sh tests/fuzz/run.sh [seconds each] [target…]
# New inputs for the corpus, and the input of a finding, are put into build/fuzz/findings; FOLDER
# names another build folder. Fails if it finds something.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

seconds=${1:-20}
if [ $# -gt 0 ]; then
    shift
fi
if [ $# -eq 0 ]; then
    set -- framereader decode roundtrip dispatch endpoints requests state session rooms websocket
fi
folder=${FOLDER:-$root/build/fuzz}
seeds=$root/tests/fuzz

# shellcheck disable=SC2086
install_packages $build_packages $check_packages libwslay-dev
configure fuzz "$folder"
step 'Building'
cmake --build "$folder" --target qrepod_fuzzers || fail 'the build failed, see above'

# If AddressSanitizer keeps less for a report, inputs run 1.5 times as fast. Run it again without
# this for the whole report.
ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=1:quarantine_size_mb=16}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export ASAN_OPTIONS UBSAN_OPTIONS

# fuzz TARGET: runs the target, and leaves the file `failed` if it has found something.
fuzz() {
    case $1 in
        endpoints | session | rooms) length=96 ;;
        *) length=256 ;;
    esac
    findings=$folder/findings/$1
    mkdir -p "$findings/corpus"
    rm -f "$findings/failed"
    "$folder/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -max_len=$length -len_control=0 \
        -entropic=0 -timeout=60 -rss_limit_mb=3000 -dict="$seeds/msgpack.dict" -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$findings/" "$findings/corpus" "$seeds/corpus/$1" \
        >"$findings/log" 2>&1 || touch "$findings/failed"
}

# Runs as many at once as there are processors; their output is printed when they have ended.
found=
finish() {
    wait
    for name in $running; do
        step "fuzz_$name, $seconds s"
        cat "$folder/findings/$name/log"
        if [ -e "$folder/findings/$name/failed" ]; then
            found="$found $name"
        fi
    done
    running=
}

running=
count=0
for target; do
    fuzz "$target" &
    running="$running $target"
    count=$((count + 1))
    if [ $((count % $(nproc))) -eq 0 ]; then
        finish
    fi
done
finish
if [ -n "$found" ]; then
    fail "found something in:$found. The inputs are in $folder/findings"
fi
