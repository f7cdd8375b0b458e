# SPDX-License-Identifier: MIT
"""Looks up what the documents name between backticks: names.py FOLDER

A path of the tree exists, and so does a test, tst_…. In GUIDES, which promise a test for what they
say, a bare name is the function of a test, or stands in a header. Each name that leads nowhere is a
line; the status is 1 if there is one.
"""

import pathlib
import re
import sys

from links import documents

GUIDES = ("src/client/STATE-MACHINE.md",)

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:src|include|tests|examples|qml)/[\w./-]+)[^`]*`")
TEST = re.compile(r"`(tst_\w+)[^`]*`")
NAME = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`")
FUNCTION = re.compile(r"^void \w+::(\w+)\(\)$|^    function (test_\w+)\(", re.MULTILINE)
WORD = re.compile(r"\b[A-Za-z_]\w*")


def texts(folder, *patterns):
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern)):
            yield path.read_text("utf-8")


def main(root):
    tests = root / "tests"
    programs = {word for folder in (tests, root / "examples") for text in texts(folder, "CMakeLists.txt")
                for word in WORD.findall(text)}
    functions = {name for text in texts(tests, "tst_*.cpp", "tst_*.qml")
                 for pair in FUNCTION.findall(text) for name in pair}
    words = {word for folder in ("include", "src") for text in texts(root / folder, "*.h", "*.cmake")
             for word in WORD.findall(text)}
    faults = []
    count = 0
    for document in documents(root):
        text = FENCE.sub("", document.read_text("utf-8"))
        place = document.relative_to(root).as_posix()
        found = [(name, (root / name).exists()) for name in PATH.findall(text)]
        found += [(name, name in programs) for name in TEST.findall(text)]
        if place in GUIDES:
            found += [(name, name in functions or name in words) for name in NAME.findall(text)]
        count += len(found)
        faults += [f"{place}: there is no {name}" for name, exists in found if not exists]
    for fault in faults:
        print(fault)
    print(f"{count} names, {len(faults)} of them lead nowhere")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
