#!/bin/sh
# SPDX-License-Identifier: MIT
# Lines and branches of the library that the tests and the fuzz corpora reach, by folder and file:
# sh tests/coverage.sh [folder with more of fuzz targets' corpora]
# Needs clang and llvm. FOLDER names another build folder than build/coverage.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

folder=${FOLDER:-$root/build/coverage}
corpora=${1:-}

step 'Building'
cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ \
    -DQREPOD_COVERAGE=ON -DQREPOD_BUILD_EXAMPLES=OFF -DQREPOD_BUILD_QML=OFF -DQREPOD_INSTALL=OFF >/dev/null
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

step 'Coverage'
python3 -B "$root/tests/coverage.py" "$folder"
