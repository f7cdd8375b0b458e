# SPDX-License-Identifier: MIT
"""Holds the sources to the table of folders in src/doc/OVERVIEW.md: folders.py FOLDER

A file includes files of its own folder, those of the folders that the table allows it, and public
headers. Each other include is a line; the status is 1 if there is one.
"""

import pathlib
import re
import sys

ROW = re.compile(r"^\| `((?:src/)?\w+)` \|.*\| ([^|]+) \|$", re.MULTILINE)
INCLUDE = re.compile(r'^#\s*include "(\w+)/', re.MULTILINE)


def main(root):
    rows = ROW.findall((root / "src/doc/OVERVIEW.md").read_text("utf-8"))
    names = {pathlib.PurePath(folder).name for folder, _ in rows}
    includes = faults = 0
    for folder, may_use in rows:
        allowed = {name for name in names if re.search(rf"\b{name}\b", may_use)}
        allowed.add(pathlib.PurePath(folder).name)
        for path in sorted((root / folder).rglob("*.[ch]*")):
            for target in INCLUDE.findall(path.read_text("utf-8")):
                includes += 1
                if target not in allowed:
                    faults += 1
                    print(f"{path.relative_to(root)}: includes {target}/, which it may not")
    print(f"{includes} includes of {len(rows)} folders, {faults} of them not allowed")
    return 1 if faults or not includes else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
