#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tag's server, or clients of one, which only know its messages.

`server` prints "PORT n", plays in an arena of its own and ends when stdin closes; `client` joins the
server on --port several times, plays, and checks what comes. Exits with 0 if all was well.
"""

import argparse
import asyncio
import math
import sys

from peer import GREETING, Closed, Peer
from program import stdin_ends


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def is_direction(value):
    return type(value) in (int, float) and value in (-1, 0, 1)


class Server:
    """An arena with its own measures: 400 by 200, one wall. Players start side by side, 100 apart.

    The player who is it catches anyone within 30, and nobody again for 30 ticks.
    """

    ARENA = {"w": 400, "h": 200}
    OBSTACLES = [{"x": 10, "y": 150, "w": 50, "h": 40}]
    RADIUS = 10

    def __init__(self):
        self.players = {}
        self.peers = {}
        self.last_id = 0
        self.it = None
        self.rest = 0
        self.problems = []

    async def broadcast(self, message):
        for peer in list(self.peers.values()):
            await peer.send(message)

    async def serve(self, reader, writer):
        peer = Peer(reader, writer)
        self.last_id += 1
        id = self.last_id
        self.peers[id] = peer
        self.players[id] = {"x": 100.0 * id, "y": 60, "color": [10 * id, 200, 100], "way": (0, 0)}
        if self.it is None:
            self.it = id
        try:
            await peer.send(GREETING, {
                "action": "setup", "your_id": id, "obstacles": self.OBSTACLES,
                "arena": self.ARENA, "radius": self.RADIUS,
            })  # fmt: skip
            while True:
                message = await peer.receive()
                expect(set(message) == {"action", "dx", "dy"}, message)
                expect(message["action"] == "input", message)
                expect(is_direction(message["dx"]) and is_direction(message["dy"]), message)
                self.players[id]["way"] = (message["dx"], message["dy"])
        except Closed:
            pass
        except Exception as problem:
            self.problems.append(repr(problem))
        del self.peers[id], self.players[id]
        if self.it == id:
            self.it = next(iter(self.players), None)

    async def tick(self):
        for player in self.players.values():
            dx, dy = player["way"]
            player["x"] = max(10, min(390, player["x"] + 3 * dx))
            player["y"] = max(10, min(190, player["y"] + 3 * dy))
        self.rest -= 1
        for id, player in self.players.items():
            hunter = self.players[self.it]
            distance = math.hypot(player["x"] - hunter["x"], player["y"] - hunter["y"])
            if id != self.it and distance < 30 and self.rest <= 0:
                await self.broadcast({"action": "tagged", "tagger": self.it, "tagged": id})
                self.it = id
                self.rest = 30
                break
        shown = {
            id: {"x": player["x"], "y": player["y"], "color": player["color"]}
            for id, player in self.players.items()
        }
        await self.broadcast({"action": "state", "it": self.it, "players": shown})

    async def run(self, _):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        print("PORT", server.sockets[0].getsockname()[1], flush=True)
        end = asyncio.create_task(stdin_ends())
        while not end.done():
            await self.tick()
            await asyncio.wait([end], timeout=1 / 60)
        server.close()
        expect(not self.problems, self.problems)


class Client:
    """One player; keeps the latest state."""

    def __init__(self, peer, setup):
        self.peer = peer
        self.id = setup["your_id"]
        self.setup = setup
        self.state = None

    @classmethod
    async def join(cls, port):
        peer = await Peer.connect("127.0.0.1", port)
        greeting = await peer.receive()
        expect(greeting == GREETING, greeting)
        setup = await peer.receive()
        expect(set(setup) == {"action", "your_id", "obstacles", "arena", "radius"}, setup)
        expect(setup["action"] == "setup" and type(setup["your_id"]) is int, setup)
        expect(setup["arena"] == {"w": 800, "h": 600} and setup["radius"] == 14, setup)
        for obstacle in setup["obstacles"]:
            expect(set(obstacle) == {"x", "y", "w", "h"}, setup)
            expect(all(type(number) is int for number in obstacle.values()), setup)
        return cls(peer, setup)

    def check_state(self, state):
        expect(set(state) == {"action", "it", "players"}, state)
        expect(state["it"] in state["players"], state)
        for id, player in state["players"].items():
            expect(type(id) is int and set(player) == {"x", "y", "color"}, state)
            expect(14 <= player["x"] <= 786 and 14 <= player["y"] <= 586, state)
            color = player["color"]
            expect(len(color) == 3 and all(0 <= part <= 255 for part in color), state)
        self.state = state

    async def receive_until(self, action, condition=lambda _: True, before=("state",), while_states=lambda _: True):
        """The next message of that kind for which the condition holds, after others of the kinds `before`."""
        while True:
            message = await self.peer.receive()
            if message["action"] == "state":
                self.check_state(message)
                expect(while_states(message), message)
            if message["action"] == action and condition(message):
                return message
            expect(message["action"] in before, message)

    async def until_at(self, x, y):
        await self.receive_until(
            "state",
            lambda state: (state["players"][self.id]["x"], state["players"][self.id]["y"]) == (x, y),
        )

    async def go(self, dx, dy):
        await self.peer.send({"action": "input", "dx": dx, "dy": dy})


async def play(port):
    one = await Client.join(port)
    state = await one.receive_until("state")
    expect(state["it"] == one.id and list(state["players"]) == [one.id], state)

    # Like repod's client, with floats. Nonsense moves nobody.
    await one.peer.send({"action": "input"}, {"action": "input", "dx": "left", "dy": 0})
    await one.go(-1.0, -1.0)
    await one.until_at(14, 14)

    other = await Client.join(port)
    expect(other.id != one.id and other.setup["obstacles"] == one.setup["obstacles"], other.setup)
    await other.go(-1, -1)
    caught = {"action": "tagged", "tagger": one.id, "tagged": other.id}
    caught_again = {"action": "tagged", "tagger": other.id, "tagged": one.id}
    for player in (one, other):
        expect(await player.receive_until("tagged") == caught, "who has caught whom")
        # Until the next catch, the states say who is it.
        it = lambda state: state["it"] == other.id
        message = await player.receive_until("tagged", while_states=it)
        expect(message == caught_again, message)

    # When the player who is it leaves, another one becomes it.
    await one.peer.close()
    alone = lambda state: list(state["players"]) == [other.id]
    # Until the server has noticed, they may catch each other again.
    state = await other.receive_until("state", alone, before=("state", "tagged"))
    expect(state["it"] == other.id, state)
    await other.peer.close()


async def run_client(options):
    await asyncio.wait_for(play(options.port), options.deadline)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["server", "client"])
    parser.add_argument("--port", type=int)
    parser.add_argument("--deadline", type=float, default=60)
    options = parser.parse_args()
    try:
        asyncio.run(Server().run(options) if options.role == "server" else run_client(options))
    except (AssertionError, Closed, asyncio.TimeoutError) as problem:
        print(f"tag: {problem!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
