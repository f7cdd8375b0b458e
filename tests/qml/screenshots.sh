#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes screenshots of the windows of the examples, wide, narrow and as small as they get, at 1x and at 2x:
# sh tests/qml/screenshots.sh FOLDER [BUILD]
# BUILD is where QRepod was built with its tests, by default build/dev.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
folder=${1:?usage: $0 FOLDER [BUILD]}
program=${2:-$root/build/dev}/tests/qml/applications/screenshots

if [ ! -x "$program" ]; then
    echo "$0: $program is missing; build the target screenshots" >&2
    exit 1
fi

export QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software
QT_SCALE_FACTOR=1 "$program" "$folder"
QT_SCALE_FACTOR=2 "$program" "$folder" @2x
