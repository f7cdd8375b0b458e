# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# What the scripts share; they set `root` and source it. It installs what a build needs and is
# missing, with apt where there is apt, and says what is needed elsewhere.

build_packages='g++ cmake ninja-build pkg-config qt6-base-dev'
qml_packages='qt6-declarative-dev qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript
    qml6-module-qtquick qml6-module-qtquick-window fonts-dejavu-core'
test_packages="libmsgpack-cxx-dev libwslay-dev python3 python3-msgpack qcoro-qt6-dev $qml_packages
    qt6-declarative-dev-tools qml6-module-qttest qml6-module-qtquick-controls qml6-module-qtquick-templates
    qml6-module-qtquick-layouts qt6-httpserver-dev redis-server haproxy"
check_packages='git clang clang-format clang-tidy libclang-rt-14-dev llvm cppcheck doxygen'

step() {
    printf '\n==> %s\n' "$*"
}

fail() {
    printf '\n%s: %s\n' "$0" "$*" >&2
    exit 1
}

# Prints those of the packages that are not installed.
missing_packages() {
    for package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

# Sets as_root to what a command of root's is called with.
find_root() {
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null; then
        as_root=sudo
    else
        return 1
    fi
}

# Without root's rights, sudo or apt this only says what is needed: it may be there in another way,
# and if it is not, CMake stops and names it.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        step "Not a Debian system. Needed are the equivalents of: $*"
        return 0
    fi
    missing=$(missing_packages "$@")
    if [ -z "$missing" ]; then
        return 0
    fi
    if ! find_root; then
        step "Not root, and no sudo. Trying without the missing packages: $missing"
        return 0
    fi
    step "Installing the missing packages: $missing"
    $as_root apt-get -q update || fail "apt-get update failed. The missing packages are: $missing"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends $missing ||
        fail "apt-get install failed. The missing packages are: $missing"
}

# configure PRESET FOLDER: the preset, built in the folder.
configure() {
    step "Configuring $2 with the preset $1"
    cmake -S "$root" --preset "$1" -B "$2" ||
        fail "CMake could not configure $2, see above. If that folder is another user's, delete it."
}

# Qt wants UTF-8, and a bare system has no locale set.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    LC_ALL=C.UTF-8
    export LC_ALL
fi
