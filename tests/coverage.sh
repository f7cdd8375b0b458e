#!/bin/sh
# SPDX-License-Identifier: MIT
# Lines and branches of the library that the tests and the fuzz corpora reach, by folder and file:
# sh tests/coverage.sh [folder with more of fuzz targets' corpora]
# Needs clang with llvm-profdata and llvm-cov. FOLDER names another build folder than build/coverage.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

folder=${FOLDER:-$root/build/coverage}
corpora=${1:-}

# tool NAME: the plain command, or the one with clang's version.
tool() {
    version=$(clang --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
    command -v "$1" || command -v "$1-$version" || fail "$1 is missing"
}
profdata=$(tool llvm-profdata)
cov=$(tool llvm-cov)

step 'Building'
cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ \
    -DCMAKE_CXX_FLAGS='-fprofile-instr-generate -fcoverage-mapping' \
    -DQREPOD_BUILD_EXAMPLES=OFF -DQREPOD_INSTALL=OFF >/dev/null
cmake --build "$folder" || fail 'the build failed, see above'

step 'Testing'
rm -rf "$folder/profiles"
LLVM_PROFILE_FILE=$folder/profiles/%p-%m.profraw
export LLVM_PROFILE_FILE
ctest --test-dir "$folder" -L coverage --output-on-failure --parallel "$(nproc)" ||
    step 'A test failed; the figures are those of a failed run'
if [ -n "$corpora" ]; then
    for target in "$corpora"/*; do
        "$folder/tests/fuzz/fuzz_$(basename "$target")" "$target"
    done
fi

"$profdata" merge -sparse -o "$folder/coverage.profdata" "$folder"/profiles/*.profraw
library=$(find "$folder" -name 'libQRepod.so*' -type f | head -n 1)
objects=
for test in "$folder"/tests/unit/tst_* "$folder"/tests/integration/tst_* "$folder"/tests/fuzz/fuzz_*; do
    if [ -f "$test" ] && [ -x "$test" ]; then
        objects="$objects -object $test"
    fi
done

step 'Coverage by lines'
# shellcheck disable=SC2086
"$cov" export -summary-only -instr-profile "$folder/coverage.profdata" "$library" $objects \
    "$root/src" "$root/include" |
    python3 -c '
import collections, json, os, sys

root = sys.argv[1]
folders = collections.defaultdict(list)
for file in json.load(sys.stdin)["data"][0]["files"]:
    name = os.path.relpath(file["filename"], root)
    folders[os.path.dirname(name)].append((os.path.basename(name), file["summary"]))

def row(name, summaries):
    figures = []
    for kind in ("lines", "branches"):
        count = sum(s[kind]["count"] for s in summaries)
        covered = sum(s[kind]["covered"] for s in summaries)
        share = "%6.1f %%" % (100 * covered / count) if count else "       -"
        figures.append("%5d of %5d %s" % (covered, count, share))
    print("%-32s %s   %s" % (name, *figures))

print("%-32s %-23s   %s" % ("", "lines", "branches"))
for folder, files in sorted(folders.items()):
    row(folder, [summary for _, summary in files])
    for name, summary in sorted(files):
        row("    " + name, [summary])
' "$root"
printf '\nThe lines: %s show -instr-profile %s %s -object … FILE\n' "$cov" "$folder/coverage.profdata" "$library"
