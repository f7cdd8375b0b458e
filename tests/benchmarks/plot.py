#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the results of qrepod-bench: python3 plot.py results.json > results.svg"""

import json
import sys
from html import escape

WIDTH, LABEL, BAR = 860, 210, 440
ROW, TITLE = 18, 34


def metrics(scenario):
    """The metrics of a scenario, in the order in which they first occur."""
    names = []
    for contender in scenario["contenders"]:
        names += [name for name in contender["metrics"] if name not in names]
    return names


def number(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    if value >= 1e4:
        return f"{value / 1e3:.1f} k"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def text(x, y, content, **attributes):
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x}" y="{y}"{more}>{escape(content)}</text>'


def bar(y, name, spread, most):
    """One contender: a bar as long as the median, and a line from the least to the greatest."""
    def scale(value):
        return LABEL + BAR * min(value / most, 1)

    colour = "#2a6fb5" if name.startswith("QRepod") else "#9aa5b1"
    middle = y + ROW / 2
    return [
        text(LABEL - 8, y + 13, name, text_anchor="end"),
        f'<rect x="{LABEL}" y="{y + 3}" width="{scale(spread["median"]) - LABEL:.1f}" '
        f'height="{ROW - 6}" fill="{colour}"/>',
        f'<line x1="{scale(spread["min"]):.1f}" x2="{scale(spread["max"]):.1f}" y1="{middle}" '
        f'y2="{middle}" stroke="#1b1f24"/>',
        text(LABEL + BAR + 12, y + 13, number(spread["median"])),
    ]


def chart(y, scenario, metric):
    rows = [(c["name"], c["metrics"][metric]) for c in scenario["contenders"]
            if metric in c["metrics"]]
    most = max(spread["median"] for _, spread in rows) * 1.1 or 1
    parts = [text(8, y + 22, f'{scenario["title"]}: {metric}', font_weight="bold")]
    for i, (name, spread) in enumerate(rows):
        parts += bar(y + TITLE + i * ROW, name, spread, most)
    return parts, y + TITLE + len(rows) * ROW


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        results = json.load(file)
    parts, y = [text(8, 20, results["machine"])], 20
    for scenario in results["scenarios"]:
        for metric in metrics(scenario):
            more, y = chart(y, scenario, metric)
            parts += more
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 16}" '
          f'font-family="sans-serif" font-size="12">')
    print('<rect width="100%" height="100%" fill="white"/>')
    print("\n".join(parts))
    print("</svg>")


if __name__ == "__main__":
    main()
