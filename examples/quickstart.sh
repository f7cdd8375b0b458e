#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds QRepod and shows a conversation: sh examples/quickstart.sh
# On Debian it first installs what is missing, as root or with sudo.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

# shellcheck disable=SC2086
install_packages $build_packages

folder=$root/build/quickstart
configure release "$folder"

step 'Building'
cmake --build "$folder" --target quickstart || fail 'the build failed, see above'

step 'A chat server and two clients'
"$folder/examples/quickstart" || fail "the quickstart program failed with status $?"
