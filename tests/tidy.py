#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""clang-tidy over src/: tests/tidy.py BUILD_FOLDER [FOLDER...]

Nearly all of clang-tidy's time goes into Qt's headers, which each source includes. So the sources of a
folder are joined into one file for the checks that look at one declaration after the other, and only the
static analyzer, which follows calls and would follow more of them there, takes each source by itself.
Findings are printed with the places in the sources. BUILD_FOLDER has compile_commands.json.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

ROOT = pathlib.Path(__file__).resolve().parent.parent
ANALYZER = "-*,clang-analyzer-*,-clang-analyzer-cplusplus.NewDeleteLeaks"


def commands(build):
    """The compiler's arguments for each source of the build, without input and output."""
    result = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["directory"], entry["file"])
        arguments = shlex.split(entry["command"])
        if "ccache" in arguments[0]:
            del arguments[0]
        end = arguments.index("-o")
        for source in joined_by_cmake(file) or [file]:
            result.setdefault(source.resolve(),
                              [a for a in arguments[:end] if not a.startswith("-f") or a == "-fPIC"])
    return result


def joined_by_cmake(file):
    """The sources of a file that CMake has made to compile several at once (CMAKE_UNITY_BUILD)."""
    if file.parent.name != "Unity":
        return []
    return [pathlib.Path(name) for name in re.findall(r'^#include "(.*\.cpp)"', file.read_text(), re.MULTILINE)]


def join(sources, target):
    """Writes the sources into one file; returns where each line of it comes from."""
    included = set()
    places = []
    with target.open("w") as out:
        for source in sources:
            own = set()
            for number, line in enumerate(source.read_text().splitlines(), 1):
                if header := re.match(r"#\s*include\s+(\S+)", line):
                    if header[1] in own:
                        sys.exit(f"{source.relative_to(ROOT)}:{number}: {header[1]} stands twice")
                    own.add(header[1])
                    if header[1] in included:
                        line = "//"
                    included.add(header[1])
                out.write(line + "\n")
                places.append(f"{source.relative_to(ROOT)}:{number}")
    return places


def tidy(source, arguments, checks):
    command = ["clang-tidy", "-quiet", f"--config-file={ROOT / '.clang-tidy'}", f"--checks={checks}", source,
               "--", *arguments[1:]]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    noise = re.compile(r"\d+ warnings? (generated|treated)|Suppressed |Use -header-filter")
    errors = [line for line in run.stderr.splitlines() if line and not noise.match(line)]
    return run.returncode, run.stdout + "\n".join(errors)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    folders = sys.argv[2:]
    known = commands(build)
    joined_folder = build / "tidy"
    joined_folder.mkdir(exist_ok=True)
    groups = {}
    for source in sorted(known):
        if (ROOT / "src") in source.parents:
            folder = str(source.parent.relative_to(ROOT / "src"))
            if not folders or folder in folders:
                groups.setdefault(folder, []).append(source)
    if not groups:
        sys.exit(f"{build}/compile_commands.json names no source of src/")
    missing = [s for f in groups for s in (ROOT / "src" / f).glob("*.cpp") if s not in known]
    for source in missing:
        print(f"not built, not looked at: {source.relative_to(ROOT)}")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {}
        for folder, sources in sorted(groups.items(), key=lambda group: -len(group[1])):
            joined = joined_folder / (folder.replace("/", "-") + ".cpp")
            places = join(sources, joined)
            runs[pool.submit(tidy, joined, known[sources[0]], "-clang-analyzer-*")] = (joined, places)
        for sources in groups.values():
            for source in sources:
                runs[pool.submit(tidy, source, known[source], ANALYZER)] = (None, None)
        failed = False
        for run in as_completed(runs):
            joined, places = runs[run]
            code, output = run.result()
            if joined:
                output = re.sub(re.escape(str(joined)) + r":(\d+)",
                                lambda at: places[int(at[1]) - 1], output)
            if output.strip():
                print(output.strip(), flush=True)
            failed |= code != 0
    print(f"{sum(map(len, groups.values()))} sources of {len(groups)} folders")
    sys.exit(failed)


if __name__ == "__main__":
    main()
