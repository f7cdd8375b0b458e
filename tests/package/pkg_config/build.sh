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
set -x
"$moc" -o consumer.moc "$here/../consumer.cpp"
# A path may not contain blanks here, as everywhere with pkg-config.
# shellcheck disable=SC2046
"$CXX" -std=c++17 -fPIC -I. -o consumer "$here/../consumer.cpp" $("$PKG_CONFIG" --cflags --libs qrepod) \
    "-Wl,-rpath,$("$PKG_CONFIG" --variable=libdir qrepod)"
./consumer
