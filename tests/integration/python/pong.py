#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Pong's server, or clients of one, which only know its messages.

`server` prints "PORT n", plays a short scripted game and ends when stdin closes; `client` joins
the server on --port several times, plays, and checks what comes. Exits with 0 if all was well.
"""

import argparse
import asyncio
import sys

from peer import GREETING, Closed, Peer
from program import stdin_ends


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class Server:
    """A game with its own measures: 400 by 300, won with 2 points. The left player scores all points.

    A point is scored when the left player has reached the upper end of the field and the right
    player the lower end, and the next one the other way round. As in repod, a player who stays
    when the other leaves keeps the points.
    """

    FIELD = {"w": 400, "h": 300}
    PADDLE = {"w": 8, "h": 60, "margin": 20}
    WIN_SCORE = 2

    def __init__(self):
        self.slots = [None, None]
        self.problems = []
        self.scores = [0, 0]
        self.reset("waiting")

    def reset(self, state):
        self.state = state
        self.paddles = [150, 150]
        self.directions = [0, 0]

    async def broadcast(self, message):
        for peer in self.slots:
            if peer is not None:
                await peer.send(message)

    async def serve(self, reader, writer):
        peer = Peer(reader, writer)
        try:
            await peer.send(GREETING)
            if None in self.slots:
                await self.play(peer, self.slots.index(None))
            else:
                await peer.send({"action": "full"})  # and stays connected, as in repod
                await peer.wait_closed()
        except Closed:
            pass
        except Exception as problem:
            self.problems.append(repr(problem))
        if peer in self.slots:
            self.slots[self.slots.index(peer)] = None
            self.state = "waiting"
            await self.broadcast({"action": "opponent_left"})

    async def play(self, peer, slot):
        self.slots[slot] = peer
        self.scores[slot] = 0
        await peer.send({
            "action": "setup", "slot": slot, "field": self.FIELD, "paddle": self.PADDLE,
            "ball_size": 6, "win_score": self.WIN_SCORE,
        })  # fmt: skip
        if None not in self.slots:
            self.reset("playing")
            await self.broadcast({"action": "round_start"})
        while True:
            message = await peer.receive()
            expect(set(message) == {"action", "direction"}, message)
            expect(message["action"] == "input", message)
            direction = message["direction"]
            expect(type(direction) is int and direction in (-1, 0, 1), message)
            self.directions[slot] = direction

    async def tick(self):
        for slot in (0, 1):
            moved = self.paddles[slot] + 6 * self.directions[slot]
            self.paddles[slot] = max(30, min(270, moved))
        goal = [30, 270] if self.scores[0] == 0 else [270, 30]
        if self.state == "playing" and self.paddles == goal:
            self.scores[0] += 1
            if self.scores[0] == self.WIN_SCORE:
                self.state = "finished"
                await self.broadcast({"action": "game_over", "winner": 0})
        await self.broadcast({
            "action": "state", "ball": {"x": 200.0, "y": 150.0}, "paddles": self.paddles,
            "scores": self.scores, "game_state": self.state,
        })  # fmt: skip

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

    def __init__(self, peer):
        self.peer = peer
        self.state = None
        self.setup = None

    @classmethod
    async def connect(cls, port):
        client = cls(await Peer.connect("127.0.0.1", port))
        greeting = await client.peer.receive()
        expect(greeting == GREETING, greeting)
        return client

    @classmethod
    async def join(cls, port, slot):
        client = await cls.connect(port)
        client.setup = await client.peer.receive()
        expect(client.setup == {
            "action": "setup", "slot": slot, "field": {"w": 800, "h": 600},
            "paddle": {"w": 12, "h": 90, "margin": 30}, "ball_size": 10,
            "win_score": client.setup["win_score"],
        }, client.setup)  # fmt: skip
        return client

    def check_state(self, state):
        expect(set(state) == {"action", "ball", "paddles", "scores", "game_state"}, state)
        expect(0 <= state["ball"]["y"] <= 600 and -20 <= state["ball"]["x"] <= 820, state)
        expect(all(45 <= paddle <= 555 for paddle in state["paddles"]), state)
        expect(all(type(score) is int for score in state["scores"]), state)
        expect(state["game_state"] in ("waiting", "playing", "scored", "finished"), state)
        self.state = state

    async def receive_until(self, action, condition=lambda _: True):
        """The next message of that kind for which the condition holds. Only states and starts of
        rounds may come before it."""
        while True:
            message = await self.peer.receive()
            if message["action"] == "state":
                self.check_state(message)
            if message["action"] == action and condition(message):
                return message
            expect(message["action"] in ("state", "round_start"), message)

    async def until_paddle(self, slot, y):
        await self.receive_until("state", lambda state: state["paddles"][slot] == y)

    async def go(self, direction):
        await self.peer.send({"action": "input", "direction": direction})


async def play(port):
    left = await Client.join(port, 0)
    state = await left.receive_until("state")
    expect(state["game_state"] == "waiting" and state["scores"] == [0, 0], state)
    expect(state["ball"] == {"x": 400, "y": 300} and state["paddles"] == [300, 300], state)

    right = await Client.join(port, 1)
    expect(right.setup["win_score"] == left.setup["win_score"], right.setup)
    for player in (left, right):
        message = await player.receive_until("round_start")
        expect(message == {"action": "round_start"}, message)

    third = await Client.connect(port)
    message = await third.peer.receive()
    expect(message == {"action": "full"}, message)

    # The third may stay, and moves nothing.
    await third.go(1)

    # Both see both move, and only up to the ends. Nonsense moves nothing.
    await right.peer.send({"action": "input"}, {"action": "input", "direction": "up"})
    await left.go(-1)
    await right.go(1000)
    for player in (left, right):
        await player.until_paddle(0, 45)
        await player.until_paddle(1, 555)
    await right.go(0)
    await left.go(1)
    await right.until_paddle(0, 555)

    overs = await asyncio.gather(left.receive_until("game_over"), right.receive_until("game_over"))
    winner = overs[0]["winner"]
    expect(overs == [{"action": "game_over", "winner": winner}] * 2, overs)
    state = await left.receive_until("state", lambda state: state["game_state"] == "finished")
    expect(state["scores"][winner] == left.setup["win_score"], state)
    expect(state["scores"][1 - winner] < left.setup["win_score"], state)

    # A new game starts when one player has left and another has come.
    await left.peer.close()
    message = await right.receive_until("opponent_left")
    expect(message == {"action": "opponent_left"}, message)
    await right.receive_until("state", lambda state: state["game_state"] == "waiting")
    left = await Client.join(port, 0)
    await right.receive_until("round_start")
    state = await right.receive_until("state")
    expect(state["scores"] == [0, 0] and state["game_state"] == "playing", state)
    await left.peer.close()
    await right.peer.close()
    await third.peer.close()


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
        print(f"pong: {problem!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
