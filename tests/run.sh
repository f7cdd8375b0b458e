#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds QRepod with its tests and runs them all: sh tests/run.sh [ctest's arguments]
# On Debian it first installs what is missing, as root or with sudo. PRESET names another preset.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

# shellcheck disable=SC2086
install_packages $build_packages $test_packages

preset=${PRESET:-test}
folder=$root/build/$preset
configure "$preset" "$folder"

step 'Building'
cmake --build "$folder" || fail 'the build failed, see above'

step 'Testing'
cd "$root"
exec ctest --preset "$preset" --no-tests=error --parallel "$(nproc)" "$@"
