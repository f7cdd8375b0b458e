#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws what an Interpolator does against jitter: python3 src/doc/motion.py > src/doc/motion.svg

A thing moves at 200 pixels a second; its states come 30 times a second, over a line that takes 80 ms
give or take 40. Drawn 60 times a second: as they come, and what was true DELAY ms ago.
"""

import bisect
import random

DELAY = 160
SPEED = 0.2  # pixels a millisecond
BEGIN, END = 1000, 2000
WIDTH, HEIGHT, LEFT, BOTTOM = 720, 300, 48, 40

random.seed(3)
times = [i * 1000 / 30 for i in range(100)]
arrivals = []
for time in times:
    arrivals.append(max([time + random.uniform(40, 120)] + arrivals[-1:]))  # in order, as on TCP


def path(time):
    return SPEED * time


def raw(now):
    """The newest that has come."""
    return path(times[bisect.bisect(arrivals, now) - 1])


def smoothed(now):
    """What was true DELAY ms ago, between the states around that time; past the newest it goes on."""
    known = times[: bisect.bisect(arrivals, now)]
    then = now - DELAY
    place = min(max(bisect.bisect(known, then), 1), len(known) - 1)
    before, after = known[place - 1], known[place]
    return path(before) + (path(after) - path(before)) * (then - before) / (after - before)


def point(time, position):
    first = path(BEGIN - DELAY)
    x = LEFT + (time - BEGIN) / (END - BEGIN) * (WIDTH - LEFT - 10)
    y = HEIGHT - BOTTOM - (position - first) / (path(END) - first) * (HEIGHT - BOTTOM - 10)
    return f"{x:.0f},{y:.0f}"


def line(function, colour, more=""):
    frames = [BEGIN + i * 1000 / 60 for i in range(61)]
    points, before = [], None
    for time in frames:
        position = function(time)
        if function is raw and before is not None:
            points.append(point(time, before))  # it stands until the next frame
        points.append(point(time, position))
        before = position
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'


def text(x, y, content, more=""):
    return f'<text x="{x}" y="{y}"{more}>{content}</text>'


print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
      'font-size="12">')
print('<rect width="100%" height="100%" fill="white"/>')
print(f'<path d="M{LEFT},10 V{HEIGHT - BOTTOM} H{WIDTH - 10}" fill="none" stroke="#1b1f24"/>')
for second in range(BEGIN, END + 1, 250):
    x = point(second, 0).partition(",")[0]
    print(text(x, HEIGHT - BOTTOM + 16, second - BEGIN, ' text-anchor="middle"'))
print(text(WIDTH - 10, HEIGHT - 8, "ms", ' text-anchor="end"'))
print(text(14, HEIGHT / 2, "position", f' transform="rotate(-90 14 {HEIGHT / 2})"'))
print(line(path, "#9aa5b1", ' stroke-dasharray="4 4"'))
print(line(raw, "#c0392b"))
print(line(smoothed, "#2a6fb5"))
for row, (colour, label) in enumerate([("#9aa5b1", "at the server"), ("#c0392b", "drawn as it comes"),
                                       ("#2a6fb5", f"drawn {DELAY} ms later, by an Interpolator")]):
    y = 30 + 18 * row
    print(f'<path d="M{LEFT + 20},{y - 4} h24" stroke="{colour}" stroke-width="2"/>')
    print(text(LEFT + 52, y, label))
print("</svg>")
