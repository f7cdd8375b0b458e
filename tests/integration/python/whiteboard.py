#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The whiteboard's server, or clients of one, which only know its messages.

`server` prints "PORT n", relays what its clients draw and ends when stdin closes; `client` joins
the server on --port several times and checks what comes. Exits with 0 if all was well.
"""

import argparse
import asyncio
import sys

from peer import GREETING, Closed, Peer
from program import stdin_ends

FIELDS = {
    "startline": {"action", "point", "color", "thickness"},
    "drawpoint": {"action", "point"},
}


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def is_number(value):
    return type(value) in (int, float)


def check_drawn(message):
    """Checks that a message is one that a client may send."""
    fields = FIELDS.get(message["action"])
    expect(fields is not None and set(message) == fields, f"{message} is none of {FIELDS}")
    point = message["point"]
    expect(type(point) is list and len(point) == 2 and all(map(is_number, point)), message)
    if "color" in message:
        color = message["color"]
        expect(type(color) is list and len(color) == 3, message)
        expect(all(type(part) is int and 0 <= part <= 255 for part in color), message)
        expect(is_number(message["thickness"]), message)


class Server:
    """Like repod's: lines go to everyone, and a player's lines go when the player does."""

    def __init__(self):
        self.players = {}
        self.lines = {}
        self.last_id = 0
        self.problems = []

    async def relay(self, message):
        for peer in list(self.players.values()):
            await peer.send(message)

    async def serve(self, reader, writer):
        peer = Peer(reader, writer)
        self.last_id += 1
        id = str(self.last_id)
        self.players[id] = peer
        self.lines[id] = []
        lines = {player: {"lines": self.lines[player]} for player in self.players}
        try:
            await peer.send(GREETING, {"action": "initial", "lines": lines})
            await self.relay({"action": "players", "count": len(self.players)})
            while True:
                message = await peer.receive()
                check_drawn(message)
                self.draw(id, message)
                await self.relay({**message, "id": id})
        except Closed:
            pass
        except Exception as problem:
            self.problems.append(repr(problem))
        del self.players[id], self.lines[id]
        await self.relay({"action": "players", "count": len(self.players)})

    def draw(self, id, message):
        if message["action"] == "startline":
            self.lines[id].append({
                "points": [message["point"]],
                "color": message["color"],
                "thickness": message["thickness"],
            })  # fmt: skip
        else:
            expect(self.lines[id], "a point without a line")
            self.lines[id][-1]["points"].append(message["point"])

    async def run(self, _):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        print("PORT", server.sockets[0].getsockname()[1], flush=True)
        await stdin_ends()
        server.close()
        expect(not self.problems, self.problems)


class Client:
    """One player."""

    def __init__(self, peer, initial):
        self.peer = peer
        self.lines = initial["lines"]

    @classmethod
    async def join(cls, port, count):
        peer = await Peer.connect("127.0.0.1", port)
        greeting = await peer.receive()
        expect(greeting == GREETING, greeting)
        initial = await peer.receive()
        expect(set(initial) == {"action", "lines"} and initial["action"] == "initial", initial)
        client = cls(peer, initial)
        await client.expect_players(count)
        you = await peer.receive()
        expect(set(you) == {"action", "id"} and you["action"] == "you", you)
        expect(you["id"] in initial["lines"], you)
        client.id = you["id"]
        return client

    async def expect_players(self, count):
        players = await self.peer.receive()
        expect(players == {"action": "players", "count": count}, players)

    async def expect_relayed(self, *messages):
        """Expects the messages, all with the same id, which is returned."""
        ids = set()
        for message in messages:
            relayed = await self.peer.receive()
            ids.add(relayed.pop("id", None))
            expect(relayed == message, f"{relayed} came instead of {message}")
        (id,) = ids
        expect(type(id) is str and id, ids)
        return id


def startline(point, color, thickness):
    return {"action": "startline", "point": point, "color": color, "thickness": thickness}


def drawpoint(*point):
    return {"action": "drawpoint", "point": list(point)}


async def play(port):
    one = await Client.join(port, 1)
    expect(all(player["lines"] == [] for player in one.lines.values()), one.lines)
    line = [startline([10, 20], [200, 40, 40], 5), drawpoint(30, 40), drawpoint(50.5, 60.25)]
    await one.peer.send(*line)
    one_id = await one.expect_relayed(*line)
    expect(one_id == one.id, one_id)
    drawn = {"points": [[10, 20], [30, 40], [50.5, 60.25]], "color": [200, 40, 40], "thickness": 5}

    # A player who joins later gets what was drawn before, and both get what is drawn now.
    other = await Client.join(port, 2)
    await one.expect_players(2)
    expect(other.lines.pop(one_id) == {"lines": [drawn]}, other.lines)
    expect(all(player["lines"] == [] for player in other.lines.values()), other.lines)

    # A point before any line begins one; an invalid point is not drawn.
    nonsense = [
        {"action": "drawpoint"},
        {"action": "drawpoint", "point": "here"},
        {"action": "drawpoint", "point": [1, 2, 3]},
        {"action": "drawpoint", "point": [float("nan"), 2]},
        {"action": "drawpoint", "point": [[1], {"x": 2}]},
        startline([1, 1], [300, 0, 0], 5),
        startline([1, 1], ["red", 0, 0], 5),
        startline([1, 1], [0, 0, 0], -1),
        {"action": "initial", "lines": {}},
        {"action": "players", "count": 99},
    ]
    await other.peer.send(*nonsense, drawpoint(1, 2), drawpoint(3, 4))
    other_id = await one.expect_relayed(drawpoint(1, 2), drawpoint(3, 4))
    expect(await other.expect_relayed(drawpoint(1, 2), drawpoint(3, 4)) == other_id, "two ids")
    expect(other_id != one_id, "one id for two")

    # Without colour and thickness a line is black and 3 wide.
    await one.peer.send({"action": "startline", "point": [7, 8]})
    await one.expect_relayed(startline([7, 8], [0, 0, 0], 3))
    await other.expect_relayed(startline([7, 8], [0, 0, 0], 3))

    # Players can undo what they have drawn, but not what others have.
    await other.peer.send(startline([1, 2], [0, 0, 0], 3), {"action": "undo"})
    for player in (one, other):
        await player.expect_relayed(startline([1, 2], [0, 0, 0], 3), {"action": "undo"})

    # A player who leaves takes nothing off the board.
    await one.peer.close()
    await other.expect_players(1)
    late = await Client.join(port, 2)
    await other.expect_players(2)
    black = {"color": [0, 0, 0], "thickness": 3}
    expect(late.lines[one_id] == {"lines": [drawn, {"points": [[7, 8]], **black}]}, late.lines)
    expect(late.lines[other_id] == {"lines": [{"points": [[1, 2], [3, 4]], **black}]}, late.lines)

    # Clears everything at once. After that there is nothing to undo, and nobody is told anything.
    await other.peer.send({"action": "clear"}, {"action": "undo"}, drawpoint(9, 9))
    for player in (other, late):
        await player.expect_relayed({"action": "clear"}, drawpoint(9, 9))
    await late.peer.close()
    await other.peer.close()


async def draw_and_stay(port):
    """Draws a line, reports it, and waits until another player has come and drawn one."""
    client = await Client.join(port, 1)
    line = [startline([50, 50], [40, 160, 40], 10), drawpoint(300, 60), drawpoint(400, 200)]
    await client.peer.send(*line)
    id = await client.expect_relayed(*line)
    print("DRAWN", flush=True)
    await client.expect_players(2)
    first = await client.peer.receive()
    other = first.pop("id")
    expect(type(other) is str and other != id, other)
    expect(first["action"] == "startline", first)
    check_drawn(first)
    second = await client.peer.receive()
    expect(second.pop("id") == other and second["action"] == "drawpoint", second)
    check_drawn(second)
    await client.peer.close()


async def run_client(options):
    scenario = draw_and_stay if options.stay else play
    await asyncio.wait_for(scenario(options.port), options.deadline)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["server", "client"])
    parser.add_argument("--port", type=int)
    parser.add_argument("--stay", action="store_true", help="draw, and wait for another to draw")
    parser.add_argument("--deadline", type=float, default=60)
    options = parser.parse_args()
    try:
        asyncio.run(Server().run(options) if options.role == "server" else run_client(options))
    except (AssertionError, Closed, asyncio.TimeoutError) as problem:
        print(f"whiteboard: {problem!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
