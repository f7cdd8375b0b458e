# SPDX-License-Identifier: MIT
"""Follows the links of every Markdown file below a folder: links.py FOLDER

A link within the tree has to lead to a file, and, with an anchor, to a heading of it. Links to other
machines are not followed. Each that leads nowhere is a line; the status is 1 if there is one.
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(\s*([^()\s]+)\s*\)")
HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)


def documents(folder):
    for path in sorted(folder.rglob("*.md")):
        parts = path.relative_to(folder).parts
        if not any(part == "build" or part.startswith((".", "build-")) for part in parts):
            yield path


def anchors(text):
    """The anchors of the headings, made as GitHub makes them."""
    seen = {}
    for heading in HEADING.findall(FENCE.sub("", text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = seen[anchor] = seen.get(anchor, -1) + 1
        yield f"{anchor}-{count}" if count else anchor


def fault(document, link):
    """Why `link` in `document` leads nowhere, or None."""
    place, _, anchor = link.partition("#")
    target = document.parent / place if place else document
    if not target.exists():
        return "there is no such file"
    if anchor and (target.suffix != ".md" or anchor not in anchors(target.read_text("utf-8"))):
        return "there is no such heading"
    return None


def main(folder):
    links = faults = 0
    for document in documents(folder):
        text = CODE.sub("", FENCE.sub("", document.read_text("utf-8")))
        for link in LINK.findall(text):
            if re.match(r"[a-z]+:", link):
                continue
            links += 1
            problem = fault(document, link)
            if problem:
                faults += 1
                print(f"{document.relative_to(folder)}: {link}: {problem}")
    print(f"{links} links, {faults} of them broken")
    return 1 if faults or not links else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
