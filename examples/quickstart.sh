#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds QRepod and shows a conversation: sh examples/quickstart.sh [--gui]
# On Debian it first installs what is missing, as root or with sudo. On a desktop, or with --gui, it
# ends by opening the whiteboard, with its server in the same process.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

# shellcheck disable=SC2086
if [ "${1:-}" = --gui ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    gui=yes
    install_packages $build_packages $qml_packages
else
    gui=no
    install_packages $build_packages
fi

folder=$root/build/quickstart
configure release "$folder"

step 'Building'
cmake --build "$folder" --target quickstart || fail 'the build failed, see above'

step 'A chat server and two clients'
"$folder/examples/quickstart" || fail "the quickstart program failed with status $?"

if [ "$gui" = yes ]; then
    step 'The whiteboard: close its window to end'
    cmake --build "$folder" --target whiteboard || fail 'the build failed, see above'
    "$folder/examples/whiteboard" --host || fail "the whiteboard failed with status $?"
fi
