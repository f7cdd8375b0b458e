# SPDX-License-Identifier: MIT
"""A peer at the whiteboard without Qt: drawing.py PORT

It draws one line, then prints a line of JSON for each line that it knows of, until its input ends.
"""

import json
import socket
import struct
import sys
import threading

import msgpack

lines = []
latest = {}


def send(connection, **message):
    payload = msgpack.packb(message)
    connection.sendall(struct.pack(">I", len(payload)) + payload)


def messages(connection):
    stream = connection.makefile("rb")
    while header := stream.read(4):
        yield msgpack.unpackb(stream.read(struct.unpack(">I", header)[0]))


def take(message):
    action = message.get("action")
    if action == "startline":
        latest[message["id"]] = [message["point"]]
        lines.append(latest[message["id"]])
    elif action == "drawpoint":
        latest[message["id"]].append(message["point"])


def main():
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    reader = threading.Thread(target=lambda: [take(each) for each in messages(connection)], daemon=True)
    reader.start()
    send(connection, action="startline", point=[40, 500], color=[24, 128, 56], thickness=9)
    for x in range(60, 741, 20):
        send(connection, action="drawpoint", point=[x, 500 - (x // 20) % 3 * 30])
    for _ in sys.stdin:
        print(json.dumps(lines), flush=True)


main()
