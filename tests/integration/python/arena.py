#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A player of arena who writes requests and reads shared state by hand: arena.py client --port PORT

Plays alone in a room of its own until it has bought something, talks, and leaves. Exits with 0 if all was well.
"""

import argparse
import asyncio
import sys

import mirror
from peer import Closed, Peer


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def rows(name):
    """The rows that the server shares as `name`, as dictionaries."""
    return [dict(zip(mirror.roles[name], row)) for row in mirror.shared.get(name, [])]


class Player:
    def __init__(self, peer):
        self.peer = peer
        self.requests = 0

    async def receive_until(self, condition):
        """The first message for which the condition holds; `mirror.shared` is then up to date."""
        while True:
            message = await self.peer.receive()
            if message["action"] == "_state":
                mirror.take(message)
            if condition(message):
                return message

    async def request(self, action, **fields):
        self.requests += 1
        number = self.requests
        await self.peer.send({"action": action, "_request": number, **fields})
        return await self.receive_until(lambda m: m["action"] == "_reply" and m["_request"] == number)

    async def collect(self, ship, wanted):
        """Flies from gold to gold until it has enough."""
        while True:
            await self.receive_until(lambda m: m["action"] == "_state" and m["name"] == "ships")
            me = next(row for row in rows("ships") if row["number"] == ship)
            if me["gold"] >= wanted:
                return
            ways = [(gold["x"] - me["x"], gold["y"] - me["y"]) for gold in rows("gold")]
            x, y = min(ways, key=lambda way: way[0] ** 2 + way[1] ** 2)
            await self.peer.send({"action": "input", "x": x / 50, "y": y / 50, "fire": False})


async def play(port):
    peer = await Peer.connect("127.0.0.1", port)
    greeting = await peer.receive()
    expect(greeting["action"] == "connected", greeting)
    player = Player(peer)
    await player.receive_until(lambda m: m["action"] == "_state" and m["name"] == "rooms")

    reply = await player.request("join", name="Guido", room="#python")
    expect(reply["result"] == {"room": "#PYTHON", "ship": 1}, reply)
    reply = await player.request("buy", item="engine")
    expect(reply.get("error") == "that costs 5 gold", reply)
    await player.collect(ship=1, wanted=5)
    reply = await player.request("buy", item="engine")
    expect(reply["result"] >= 0, reply)

    await peer.send({"action": "chat", "text": "hello"})
    message = await player.receive_until(lambda m: m["action"] == "chat")
    expect(message == {"action": "chat", "name": "Guido", "text": "hello"}, message)
    await peer.send({"action": "leave"})
    await player.receive_until(lambda m: m.get("name") == "ships" and m.get("end"))
    await peer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["client"])
    parser.add_argument("--port", type=int)
    parser.add_argument("--deadline", type=float, default=60)
    options = parser.parse_args()
    try:
        asyncio.run(asyncio.wait_for(play(options.port), options.deadline))
    except (AssertionError, Closed, asyncio.TimeoutError) as problem:
        print(f"arena: {problem!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
