# SPDX-License-Identifier: MIT
"""Says which lines of the library the tests have run: coverage.py BUILD [--floor PERCENT]

BUILD is a build with QREPOD_COVERAGE whose tests have run with LLVM_PROFILE_FILE set to
BUILD/profiles/%p-%m.profraw. Prints lines and branches by folder and file, the lines that did not
run, and the figures of the whole of src/. The status is 1 if less than PERCENT of its lines ran.
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ("unit", "integration", "testkit", "fuzz")


def tool(name):
    """The plain command, or the one with clang's version."""
    version = subprocess.run(["clang", "--version"], capture_output=True, text=True, check=True)
    major = re.search(r"version (\d+)", version.stdout).group(1)
    found = shutil.which(name) or shutil.which(f"{name}-{major}")
    if not found:
        sys.exit(f"{name} is missing")
    return found


def objects(build):
    """The libraries, and the tests, which hold some of the parts on their own."""
    for link in sorted(build.rglob("libQRepod*.so")):  # not those of an earlier version
        yield link.resolve()
    for folder in TESTS:
        for path in sorted((build / "tests" / folder).glob("*_*")):
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def trace(build):
    """What ran, in the format of lcov."""
    profiles = sorted((build / "profiles").glob("*.profraw"))
    if not profiles:
        sys.exit(f"{build}: no test has left a profile")
    merged = build / "coverage.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged, *profiles], check=True)
    library, *others = objects(build)
    command = [tool("llvm-cov"), "export", "-format=lcov", f"-instr-profile={merged}", library]
    for other in others:
        command += ["-object", other]
    # It warns of functions of the same name in several tests.
    result = subprocess.run(command + [ROOT / "src", ROOT / "include"], check=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return result.stdout


class Figures:
    """Lines or branches: how many there are, and how many ran."""

    def __init__(self, count=0, ran=0):
        self.count = count
        self.ran = ran

    def __iadd__(self, other):
        self.count += other.count
        self.ran += other.ran
        return self

    def share(self):
        return 100 * self.ran / self.count if self.count else 100.0

    def __str__(self):
        share = f"{self.share():5.1f} %" if self.count else "      -"
        return f"{self.ran:5} of {self.count:5} {share}"


class File:
    def __init__(self, path):
        self.name = os.path.relpath(path, ROOT)
        self.lines = Figures()
        self.branches = Figures()
        self.missed = []  # numbers of lines

    def missed_ranges(self):
        ranges = []
        for line in self.missed:
            if ranges and line == ranges[-1][1] + 1:
                ranges[-1][1] = line
            else:
                ranges.append([line, line])
        return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def parse(text):
    files = []
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key == "SF":
            files.append(File(value))
        elif key == "DA":
            number, count = value.split(",")[:2]
            files[-1].lines += Figures(1, int(count) > 0)
            if int(count) == 0:
                files[-1].missed.append(int(number))
        elif key == "BRDA":
            files[-1].branches += Figures(1, value.split(",")[3] not in ("-", "0"))
    return files


def row(name, files):
    lines, branches = Figures(), Figures()
    for file in files:
        lines += file.lines
        branches += file.branches
    print(f"{name:36} {lines}   {branches}")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--floor", type=float, default=0)
    arguments = parser.parse_args()

    files = parse(trace(arguments.build.resolve()))
    folders = collections.defaultdict(list)
    for file in files:
        folders[os.path.dirname(file.name)].append(file)

    print(f"{'':36} {'lines':22}   branches")
    for folder, members in sorted(folders.items()):
        row(folder, members)
        for file in sorted(members, key=lambda file: file.name):
            row("    " + os.path.basename(file.name), [file])
    print("\nLines that did not run:")
    for file in sorted(files, key=lambda file: file.name):
        if file.missed:
            print(f"    {file.name}: {file.missed_ranges()}")

    print()
    total = row("src/", [file for file in files if file.name.startswith("src/")])
    if total.share() < arguments.floor:
        print(f"Less than {arguments.floor:g} % of the lines of src/ ran.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
