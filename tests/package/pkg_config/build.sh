#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and runs the consumer without CMake: pkg_config/build.sh FOLDER
# CXX, PREFIX (where QRepod is installed) and PKG_CONFIG are taken from the environment.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1"
cd "$1"

pc=$(find "$PREFIX" -name qrepod.pc)
PKG_CONFIG_PATH=$(dirname "$pc")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH

moc=$("$PKG_CONFIG" --variable=libexecdir Qt6Core)/moc

# consume PACKAGE SOURCE: a program by what pkg-config says of the package.
consume() {
    # A path may not contain blanks here, as everywhere with pkg-config.
    # shellcheck disable=SC2046
    "$CXX" -std=c++17 -fPIC -I. -o "$1" "$2" $("$PKG_CONFIG" --cflags --libs "$1") \
        "-Wl,-rpath,$("$PKG_CONFIG" --variable=libdir qrepod)"
    "./$1"
}

set -x
"$moc" -o consumer.moc "$here/../consumer.cpp"
consume qrepod "$here/../consumer.cpp"
for component in cluster monitor; do
    if "$PKG_CONFIG" --exists "qrepod-$component"; then
        consume "qrepod-$component" "$here/../${component}_component/consumer.cpp"
    fi
done
