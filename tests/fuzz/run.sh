#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets and runs each for a while: sh tests/fuzz/run.sh [seconds each] [target…]
# What is new in the corpus, and the input of a finding, is in build/fuzz/findings; FOLDER names
# another build folder. Fails on a finding.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

seconds=${1:-20}
if [ $# -gt 0 ]; then
    shift
fi
if [ $# -eq 0 ]; then
    set -- framereader decode roundtrip dispatch endpoints requests session rooms websocket
fi
folder=${FOLDER:-$root/build/fuzz}
fuzz=$root/tests/fuzz

# shellcheck disable=SC2086
install_packages $build_packages $check_packages libwslay-dev
configure fuzz "$folder"
step 'Building'
cmake --build "$folder" --target qrepod_fuzzers || fail 'the build failed, see above'

# Less of what AddressSanitizer keeps for a report makes an input half as fast again; run it again
# without, for the whole report.
ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=1:quarantine_size_mb=16}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export ASAN_OPTIONS UBSAN_OPTIONS

found=
for target; do
    step "fuzz_$target, $seconds s"
    case $target in
        endpoints | session | rooms) length=96 ;;
        *) length=256 ;;
    esac
    findings=$folder/findings/$target
    mkdir -p "$findings/corpus"
    "$folder/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=$length -len_control=0 \
        -entropic=0 -timeout=60 -rss_limit_mb=3000 -dict="$fuzz/msgpack.dict" -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$findings/" "$findings/corpus" "$fuzz/corpus/$target" ||
        found="$found $target"
done
if [ -n "$found" ]; then
    fail "found something in:$found. The inputs are in $folder/findings"
fi
