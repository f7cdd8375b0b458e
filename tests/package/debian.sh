#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian packages, installs them, and uses them as others do: sh tests/package/debian.sh
# With the folder of packages that were built elsewhere, debian.sh FOLDER, only the latter: on a bare
# system this shows that they bring along what they need.
# It changes the system, so run it where that does not matter: as root or with sudo, on a Debian.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
folder=${1:-$root/build/package}

# timed NAME COMMAND…: runs it, and says how long it took.
timed() {
    name=$1
    shift
    step "$name"
    start=$(date +%s)
    "$@" || fail "$name failed, see above"
    printf -- '--- %s: %d s\n' "$name" $(($(date +%s) - start))
}

build() {
    # shellcheck disable=SC2086
    install_packages $build_packages $qml_packages dpkg-dev file doxygen qt6-documentation-tools
    configure package "$folder"
    cmake --build "$folder" &&
        rm -f "$folder"/*.deb &&
        (cd "$folder" && cpack)
}

# By apt, so that what the packages depend on comes along.
install_debs() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends --reinstall "$@"
}

# use PROJECT: a project of this folder, built against what is installed, and run.
use() {
    rm -rf "${work:?}/$1"
    cmake -S "$root/tests/package/$1" -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug &&
        cmake --build "$work/$1" &&
        "$work/$1/consumer"
}

# Those that the package with the documentation brings; a server and two clients talk.
examples() {
    cmake -S /usr/share/doc/libqrepod-doc/examples -B "$work/examples" -G Ninja -DCMAKE_BUILD_TYPE=Debug &&
        cmake --build "$work/examples" &&
        "$work/examples/quickstart"
}

# The tool against itself: a message to an echo, and back.
talk() {
    repodcat --listen --echo 0 2>"$work/said" &
    echo=$!
    until port=$(sed -n 's/.*listening on port //p' "$work/said") && [ -n "$port" ]; do
        kill -0 $echo || return 1
    done
    answer=$(echo '{"action":"hello","n":1}' | repodcat --count 1 --timeout 60 127.0.0.1 "$port") &&
        wait $echo &&
        printf '%s\n' "$answer" &&
        [ "$answer" = '{"action":"hello","n":1}' ]
}

# hardened FILE…: each is bound at the start, and calls the checks of its stack and of libc's functions.
hardened() {
    for file in "$@"; do
        readelf --dynamic --wide "$file" | grep -q BIND_NOW || fail "$file is not bound at the start"
        for check in __stack_chk_fail '__[a-z]*_chk'; do
            readelf --dyn-syms --wide "$file" | grep -q " $check@" || fail "$file never calls $check"
        done
    done
}

# What is installed where it does not belong would show up here.
places() {
    found=$(dpkg -L libqrepod0.2 qml6-module-qrepod |
        grep -c -E '^/usr/lib/[^/]+-[^/]+/(libQRepod\.so\.0\.1|qt6/qml/QRepod/qmldir)$')
    [ "$found" -eq 2 ] || fail 'the library or the QML module is not where Debian has them'
    ldconfig=$(PATH=$PATH:/usr/sbin:/sbin command -v ldconfig)
    "$ldconfig" -p | grep -q libQRepod || fail 'ldconfig was not run'
    [ -s /usr/share/man/man1/repodcat.1.gz ] || fail 'the manual page is not there, or not compressed'
    [ -s /usr/share/qt6/doc/qrepod.qch ] || fail 'Qt Creator would not find the documentation'
    [ -s /usr/share/doc/libqrepod-doc/html/index.html ] || fail 'the documentation has no first page'
    for package in libqrepod0.2 libqrepodtest0.2 libqrepodcluster0.2 libqrepodwebsocket0.2 libqrepod-dev libqrepod-doc qml6-module-qrepod qrepod-tools; do
        for file in copyright changelog.gz changelog.Debian.gz; do
            [ -s "/usr/share/doc/$package/$file" ] || fail "$package has no $file"
        done
    done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || timed 'Building the packages' build
ls -l "$folder"/*.deb
# Without a list of packages, as a bare system is, apt cannot know of those that are needed.
[ $# -eq 0 ] || timed 'Updating the list of packages' $as_root apt-get -q update
timed 'Installing the packages' install_debs "$folder"/*.deb
timed 'repodcat' talk
timed 'Where they are' places
timed 'Hardening' hardened "$(dpkg -L libqrepod0.2 | grep 'so\.[0-9.]*$' | tail -1)" /usr/bin/repodcat
timed 'What programs are built with' install_packages g++ cmake ninja-build pkg-config qt6-declarative-dev
timed 'A project with find_package' use find_package
timed 'A project with the test kit' use test_component
timed 'A project with the cluster' use cluster_component
timed 'A project with the QML module' use qml_module
timed 'The examples' examples
timed 'A project with pkg-config' env CXX=g++ PREFIX=/usr PKG_CONFIG=pkg-config \
    sh "$root/tests/package/pkg_config/build.sh" "$work/pkg_config"
step 'All of it works'
