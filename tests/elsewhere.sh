#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds QRepod and runs its tests on another release of Debian, or for another processor:
#
#     sh tests/elsewhere.sh SUITE [ARCHITECTURE [ctest's arguments]]
#
# SUITE is trixie, sid, …; ARCHITECTURE that of this machine by default, or one that qemu-user can
# emulate: `sh tests/elsewhere.sh trixie s390x -R tst_messagepack`. The system is made by debootstrap
# in build/elsewhere, or in the folder that ELSEWHERE names, and stays there for the next time, with
# what has been built; delete the folder to be rid of it. Takes root's rights, or sudo, and gigabytes.
# MIRROR names a mirror of Debian; by default it is the one that this system uses.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$root/tests/setup.sh"

suite=${1:?which release? sh tests/elsewhere.sh SUITE [ARCHITECTURE [arguments of ctest]]}
native=$(dpkg --print-architecture)
architecture=${2:-$native}
shift "$(($# < 2 ? $# : 2))"
system=${ELSEWHERE:-$root/build/elsewhere}/$suite-$architecture

as_root=
find_root || fail 'neither root nor sudo is here; debootstrap and chroot need it'
install_packages debootstrap util-linux
case $native-$architecture in
"$native-$native" | amd64-i386) ;;
*) install_packages qemu-user-static binfmt-support ;;
esac

if [ ! -e "$system/.complete" ]; then
    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n 1)}
    step "Making Debian $suite for $architecture in $system"
    $as_root rm -rf "$system"
    $as_root mkdir -p "$system"
    $as_root debootstrap --variant=minbase --arch="$architecture" "$suite" "$system" "$mirror" ||
        fail "debootstrap failed, see $system/debootstrap/debootstrap.log"
    $as_root touch "$system/.complete"
fi

step "Copying the sources"
# What git knows, with the times of the files: what has not changed is not built again.
$as_root mkdir -p "$system/root/qrepod"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null |
    tar --create --files-from - --file -) |
    $as_root tar --extract --no-same-owner --directory "$system/root/qrepod" --file -
$as_root cp /etc/resolv.conf "$system/etc/resolv.conf"

step "Running tests/run.sh in it"
# The mounts are gone with the process.
# shellcheck disable=SC2016
exec $as_root unshare --mount sh -c '
    system=$1
    shift
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    exec chroot "$system" env -i HOME=/root TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin sh /root/qrepod/tests/run.sh "$@"' sh "$system" "$@"
