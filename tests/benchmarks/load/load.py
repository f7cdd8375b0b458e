#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The cost of a server as the number of players grows: load.py BUILD [--bots N…] [--svg FILE] [--json FILE]

Starts the example arena's server for each number of bots, lets repodcat's bots play, and prints the
server's processor time and memory, and the bots' round trips. Plots them if asked to. The bots run on
the same machine; what they take is printed too, because they may be the bottleneck.
Needs Linux, and only Python.
"""

import argparse
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 2  # seconds; the first answers wait for rooms that open


def find(build, name):
    for path in sorted(build.rglob(name)):
        if path.is_file() and os.access(path, os.X_OK):
            return path
    sys.exit(f"{build} has no {name}: build it with examples and tools")


def processor_seconds(pid):
    """The processor time of all threads of a process, in user and system mode."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE).group(1)) / 1024


def measure(server_program, bots_program, bots, rate, seconds, options):
    """One run with this many bots; None if they could not play."""
    server = subprocess.Popen([server_program, "--port", "0", *options],
                              stdout=subprocess.PIPE, text=True)
    try:
        port = re.search(r":(\d+)$", server.stdout.readline().strip())
        if not port:
            sys.exit("the server does not start")
        empty = memory_mib(server.pid)
        client = subprocess.Popen(
            [bots_program, "--bots", str(bots), "--rate", str(rate), "--color", "never",
             "--duration", str(seconds + WARM_UP), "--script", HERE / "arena.js",
             "127.0.0.1", port.group(1)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in client.stderr:
            if "are connected" in line:
                break
            print(line, end="", file=sys.stderr)
        time.sleep(WARM_UP)
        pids = {"server": server.pid, "bots": client.pid}
        before = {name: processor_seconds(pid) for name, pid in pids.items()}
        began = time.monotonic()
        time.sleep(seconds * 0.9)
        spent = time.monotonic() - began
        cpu = {name: 100 * (processor_seconds(pid) - before[name]) / spent
               for name, pid in pids.items()}
        memory = memory_mib(server.pid)
        out, errors = client.communicate()
        print(errors, end="", file=sys.stderr)
    finally:
        server.kill()
        server.wait()
    figures = {name: float(number)
               for name, number in re.findall(r"^(\S+) +([\d.]+)", out, re.MULTILINE)}
    if "p99" not in figures:
        return None
    return {
        "bots": bots, "connected": figures["bots"], "failures": figures["failures"],
        "asked": figures["asked"], "lost": figures["lost"],
        "answers/s": figures["rate"],
        "messages/s": figures["other"] / (seconds + WARM_UP),
        "server CPU %": cpu["server"], "bots' CPU %": cpu["bots"],
        "server MiB": memory, "KiB a bot": (memory - empty) * 1024 / bots,
        "p50 ms": figures["p50"], "p99 ms": figures["p99"], "max ms": figures["max"],
    }


def print_row(row):
    print("".join(f"{value:>14.4g}" if isinstance(value, float) else f"{value:>14}"
                  for value in row))


# The plot: one panel for each of these, with one line for each column of the table.
PANELS = [
    ("Processor, % of one core", ["server CPU %", "bots' CPU %"], False),
    ("Memory of the server, MiB", ["server MiB"], False),
    ("Round trip, ms, logarithmic", ["p50 ms", "p99 ms"], True),
]
COLOURS = ["#2a6fb5", "#c1622d"]
WIDTH, HEIGHT, LEFT, TOP, RIGHT, GAP = 760, 190, 70, 34, 150, 60


def ticks_of(least, most, is_logarithmic):
    if is_logarithmic:
        first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
        return [10.0 ** n for n in range(first, last + 1)]
    step = 10 ** math.floor(math.log10(most / 4)) if most > 0 else 1
    step *= next(factor for factor in (1, 2, 5, 10) if most / (step * factor) <= 5)
    return [n * step for n in range(math.ceil(most / step) + 1)]


def text(x, y, content, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>'


def panel(top, title, names, is_logarithmic, rows):
    values = [max(row[name], 1e-3) for row in rows for name in names]
    marks = ticks_of(min(values), max(values), is_logarithmic)
    low, high = marks[0], max(marks[-1], marks[0] + 1e-9)
    most_bots = max(row["bots"] for row in rows)

    def x(bots):
        return LEFT + (WIDTH - LEFT - RIGHT) * bots / most_bots

    def y(value):
        scale = math.log10 if is_logarithmic else float
        part = (scale(max(value, low)) - scale(low)) / (scale(high) - scale(low))
        return top + HEIGHT * (1 - part)

    parts = [f'<g class="title">{text(LEFT, top - 12, title)}</g>']
    for mark in marks:
        height = f"{y(mark):.1f}"
        parts += [f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
                  f'y1="{height}" y2="{height}"/>',
                  text(LEFT - 8, y(mark) + 4, f"{mark:g}", "end")]
    parts += [text(x(row["bots"]), top + HEIGHT + 18, f'{row["bots"]}', "middle") for row in rows]
    for name, colour in zip(names, COLOURS):
        points = [(x(row["bots"]), y(row[name])) for row in rows]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>' for px, py in points]
    labels = sorted((y(rows[-1][name]), name, colour) for name, colour in zip(names, COLOURS))
    last = -math.inf
    for height, name, colour in labels:
        last = max(height, last + 15)
        parts.append(f'<g fill="{colour}">{text(WIDTH - RIGHT + 10, last + 4, name)}</g>')
    return parts


def draw(rows, title):
    parts, top = [f'<g class="title">{text(LEFT, 22, title)}</g>'], TOP + 26
    for panel_title, names, is_logarithmic in PANELS:
        parts += panel(top, panel_title, names, is_logarithmic, rows)
        top += HEIGHT + GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" '
        f'font-family="sans-serif" font-size="12">',
        "<style>.title { font-weight: bold } .grid { stroke: #d0d5da }</style>",
        '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--bots", type=int, nargs="+", default=[100, 500, 1000, 2000, 5000])
    parser.add_argument("--rate", type=float, default=2, help="turns of each bot in a second")
    parser.add_argument("--seconds", type=int, default=20, help="that are measured")
    parser.add_argument("--server", nargs="*", default=[], metavar="OPTION",
                        help="for the server, without the dashes: threads=2")
    parser.add_argument("--svg", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # for the server
    build = arguments.build.resolve()
    programs = find(build, "arena-server"), find(build, "repodcat")
    options = [part for option in arguments.server for part in ("--" + option).split("=")]
    rows = []
    for bots in arguments.bots:
        row = measure(*programs, bots, arguments.rate, arguments.seconds, options)
        if not row:
            sys.exit(f"{bots} bots have measured nothing")
        if not rows:
            print_row(row)
        print_row(row.values())
        sys.stdout.flush()
        rows.append(row)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.svg:
        title = f"arena, {arguments.rate:g} turns a second of each bot; {os.cpu_count()} cores for both"
        arguments.svg.write_text(draw(rows, title))


if __name__ == "__main__":
    main()
