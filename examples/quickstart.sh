#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds QRepod and shows a conversation: sh examples/quickstart.sh [--gui]
# On Debian it first installs what is missing, as root or with sudo. On a desktop, or with --gui, it
# finally opens the game arena, with its server and some bots in the same process. --no-gui leaves
# that out.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

case ${1:-} in
    --gui) gui=yes ;;
    --no-gui) gui=no ;;
    '') if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then gui=maybe; else gui=no; fi ;;
    *) fail "unknown argument $1. Usage: sh examples/quickstart.sh [--gui | --no-gui]" ;;
esac
# shellcheck disable=SC2086
if [ "$gui" = no ]; then
    install_packages $build_packages
else
    install_packages $build_packages $qml_packages
fi

folder=$root/build/quickstart
configure release "$folder"

step 'Building'
cmake --build "$folder" --target quickstart || fail 'the build failed, see above'

step 'A chat server and two clients'
"$folder/examples/quickstart" || fail "the quickstart program failed with status $?"

if [ "$gui" != no ]; then
    step 'Building arena'
    cmake --build "$folder" --target arena || fail 'the build failed, see above'
    step 'Arena: close its window to end'
    if ! "$folder/examples/arena" --host; then
        [ "$gui" = maybe ] || fail 'arena failed, see above'
        step 'The display cannot be used; all the rest works.'
    fi
fi
