# SPDX-License-Identifier: MIT
"""Follows what a server shares, and prints it as JSON on each change: mirror.py PORT"""

import json
import socket
import struct
import sys

import msgpack

shared = {}  # by name: values by property, or rows
roles = {}  # of the rows


def take(message):
    """Brings `shared` up to date with a message of the action `_state`."""
    name = message["name"]
    if message.get("full"):
        shared[name] = message.get("rows", {})
        roles[name] = message.get("roles")
    for change, row, *rest in message.get("changes", []):
        rows = shared[name]
        if change == "insert":
            rows[row:row] = rest[0]
        elif change == "remove":
            del rows[row : row + rest[0]]
        elif change == "move":
            moved = rows[row : row + rest[0]]
            del rows[row : row + rest[0]]
            rows[rest[1] : rest[1]] = moved
        elif change == "set":
            for role, value in rest[0].items():
                rows[row][roles[name].index(role)] = value
    if "set" in message:
        shared[name].update(message["set"])
    if message.get("end"):
        del shared[name]


def main(port):
    stream = socket.create_connection(("127.0.0.1", port)).makefile("rb")
    while header := stream.read(4):
        message = msgpack.unpackb(stream.read(*struct.unpack(">I", header)))
        if message.get("action") == "_state":
            take(message)
            if message.get("more"):
                continue
            print(message["name"], json.dumps(shared.get(message["name"]), sort_keys=True), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
