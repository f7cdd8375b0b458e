# SPDX-License-Identifier: MIT
"""Conversations and faults, the same for both ends.

A scenario is a coroutine that takes a Peer and the options, and adds failed checks to `problems`.
Unless the scenario is a fault of our own, it sends {"action": "done"} after its checks and leaves it
to the other end to close.
"""

import asyncio

import msgpack

from peer import Closed, fields_of, frame, frames, pack, unpack
from values import ENCODED, echoed

DONE = {"action": "done"}


def number(n):
    return {"action": "number", "n": n}


def numbers(count):
    return [number(n) for n in range(count)]


def shown(data):
    """A value in bytes and in words, short enough for one line."""
    try:
        words = repr(unpack(data))
    except Exception:
        words = "?"
    return f"{data[:40].hex(' ')}{'...' * (len(data) > 40)} = {words:.120}"


async def finish(peer, problems):
    await peer.send(DONE)
    how = await peer.wait_closed()
    if how != "closed":
        problems.append(f"the connection was {how} after the last message")


# Conversations


async def echo(peer, options, problems):
    """Returns every message in the bytes that came, until the other end closes or sends done."""
    while True:
        try:
            payload = await peer.receive_payload()
        except Closed as closed:
            if closed.how != "closed":
                problems.append(f"the connection was {closed.how}")
            return
        if payload == pack(DONE):
            return
        await peer.write(frame(payload))
        peer.sent += 1


async def values(peer, options, problems):
    """Sends every kind of value and checks what the other end makes of it."""
    for row in echoed():
        head = msgpack.Packer().pack_map_header(3)
        await peer.write(frame(head + pack("action") + pack("value") + pack("name")
                               + pack(row.name) + pack("value") + row.sent))  # fmt: skip
        peer.sent += 1
        fields = fields_of(await peer.receive_payload())
        if fields.get("action") != pack("value") or fields.get("name") != pack(row.name):
            problems.append(f"{row.name}: another message came back: {fields!r:.200}")
        elif fields["value"] != row.echoed:
            problems.append(
                f"{row.name}: {shown(fields['value'])} came back, not {shown(row.echoed)}"
            )
    await finish(peer, problems)


async def encodings(peer, options, problems):
    """Checks the bytes of the values that the other end sends, until it sends done."""
    missing = set(ENCODED)
    while True:
        fields = fields_of(await peer.receive_payload())
        if fields["action"] == pack("done"):
            break
        name = unpack(fields["name"])
        missing.discard(name)
        if fields["value"] != ENCODED.get(name):
            problems.append(
                f"{name}: {shown(fields['value'])} came, not {shown(ENCODED.get(name, b''))}"
            )
    if missing:
        problems.append(f"never came: {sorted(missing)}")
    await finish(peer, problems)


async def expect_numbers(peer, count, problems):
    for n in range(count):
        message = await peer.receive()
        if message != number(n):
            problems.append(f"{message!r:.200} came instead of number {n}")
            return


async def burst(peer, options, problems):
    """Sends --count numbered messages while checking as many from the other end."""

    async def send_all():
        for message in numbers(options.count):
            await peer.send(message)

    await asyncio.gather(send_all(), expect_numbers(peer, options.count, problems))
    await finish(peer, problems)


async def listen(peer, options, problems):
    """Checks --count numbered messages, and that only the end follows."""
    await expect_numbers(peer, options.count, problems)
    how = await peer.wait_closed()
    if how != "closed":
        problems.append(f"the connection was {how} after the last message")


def large_values(size):
    """`size` bytes of text, of text in several scripts, and of bytes."""
    yield "ascii", ("abcdefghijklmnopqrstuvwxyz" * (size // 26 + 1))[:size]
    yield "emoji", "🎮" * (size // 4)
    yield "bin", (bytes(range(256)) * (size // 256 + 1))[:size]


async def large(peer, options, problems):
    """Sends --size bytes of text and of binary in one message each, and checks the echo."""
    messages = [
        {"action": "value", "name": name, "value": value}
        for name, value in large_values(options.size)
    ]
    sending = asyncio.create_task(peer.send(*messages))
    for name, value in large_values(options.size):
        message = await peer.receive()
        if message.get("name") != name:
            problems.append(f"large {name}: another message came back: {message!r:.200}")
        elif type(message["value"]) is not type(value) or message["value"] != value:
            problems.append(f"large {name}: it came back changed: {message['value']!r:.80}")
    await sending
    await finish(peer, problems)


def samples():
    """Messages whose headers and payloads differ in size, to be cut up."""
    yield {"action": "sample"}
    yield {"action": "sample", "text": "Grüße 🎮", "bytes": bytes(range(256))}
    yield {"action": "sample", "list": list(range(300)), "map": {"a": {"b": None}}}
    yield {"action": "sample", "text": "x" * 1000}
    yield {"action": "sample", "n": -1.5}


async def slices(peer, options, problems):
    """Sends messages and skipped frames in one piece (or by --slice), and checks the echo."""
    await peer.write(b"".join(frames(message, {}) for message in samples()))
    for sample in samples():
        message = await peer.receive()
        if message != sample:
            problems.append(f"{message!r:.200} came back instead of {sample!r:.200}")
    await finish(peer, problems)


async def say(peer, options, problems):
    """Sends each --message, then done."""
    await peer.write(frames(*options.message, DONE))
    how = await peer.wait_closed()
    if how != "closed":
        problems.append(f"the connection was {how}")


async def non_messages(peer, options, problems):
    """Sends frames that are well-formed but not messages, between numbered messages."""
    fillers = [{}, 5, False, None, -1, 1.5, "text", b"bytes", [], [{"action": "no"}], {"a": 1},
               {1: "action"}]  # fmt: skip
    await peer.write(
        b"".join(frame(pack(filler)) + frames(number(n)) for n, filler in enumerate(fillers))
    )
    await finish(peer, problems)


# Requests


async def asks(peer, options, problems):
    """Sends requests by hand, several before the first answer, and checks the answers."""
    await peer.send({"action": "add", "a": 2, "b": 3, "_request": 1},
                    {"action": "add", "a": 2, "b": "x", "_request": 2},
                    {"action": "unheard of", "_request": 2**64 - 1})  # fmt: skip
    replies = [await peer.receive() for _ in range(3)]
    if replies[0] != {"action": "_reply", "_request": 1, "result": 5}:
        problems.append(f"{replies[0]!r:.200} is not the sum")
    for reply, number in zip(replies[1:], (2, 2**64 - 1), strict=True):
        if reply.keys() != {"action", "_request", "error"} or reply["_request"] != number:
            problems.append(f"{reply!r:.200} is no refusal of {number}")
    await peer.close()


async def answers(peer, options, problems):
    """Answers by hand until the other end sends done: adds, and refuses everything else."""
    while (message := await peer.receive()) != DONE:
        reply = {"action": "_reply", "_request": message["_request"]}
        if message["action"] == "add":
            reply["result"] = message["a"] + message["b"]
        else:
            reply["error"] = "no such action"
        await peer.send(reply)


# Shared state


async def shares(peer, options, problems):
    """Shares an object and a model by hand: everything first, then one change per message."""
    first = [
        {"name": "world", "time": 1000, "full": True, "set": {"score": 0, "title": "first"}},
        {"name": "players", "time": 1000, "full": True, "key": "id", "roles": ["id", "x"],
         "rows": [[1, 0.5], [2, 5]]},
    ]  # fmt: skip
    steps = [
        [{"name": "world", "time": 1050, "set": {"score": 7}}],
        [{"name": "players", "time": 1100, "changes": [
            ["insert", 2, [[3, 9], [4, 10]]], ["move", 0, 1, 2], ["remove", 0, 1],
            ["set", 1, {"x": 2.5}]]}],
        # One change in two parts, then all of it again as after a lost session.
        [{"name": "world", "time": 1150, "set": {"score": 8}, "more": True},
         {"name": "world", "time": 1150, "set": {"title": "second"}}],
        [{"name": "players", "time": 1200, "full": True, "key": "id", "roles": ["id", "x"],
          "rows": [[3, 9]], "more": True},
         {"name": "players", "time": 1200, "changes": [["insert", 1, [[4, 10]]]]}],
        [{"name": "world", "time": 1250, "end": True}],
    ]  # fmt: skip
    await peer.send(*({"action": "_state", **state} for state in first))
    for step in steps:
        if await peer.receive() != {"action": "next"}:
            problems.append("no request for the next step")
        await peer.send(*({"action": "_state", **state} for state in step))
    await finish(peer, problems)


# Faults


async def close(peer, options, problems):
    """Sends --count numbered messages and closes right after them."""
    await peer.write(frames(*numbers(options.count)))
    await peer.close()


async def partial(peer, options, problems):
    """The same, with half a frame after the messages."""
    await peer.write(frames(*numbers(options.count)) + frames(number(0))[:-3])
    await peer.close()


async def reset(peer, options, problems):
    """Breaks the connection once the other end has answered the numbered messages."""
    await peer.write(frames(*numbers(options.count)))
    await peer.receive()
    peer.reset()


BREAKERS = {
    "empty": frame(b""),
    "garbage": frame(b"\xc1\xc1\xc1"),
    "text-line": b"GET / HTTP/1.1\r\n\r\n",
    "oversized": b"\x7f\xff\xff\xff",
    "just-oversized": (16 * 1024 * 1024 + 1).to_bytes(4, "big"),
    "left-over": frame(pack({"action": "left over"}) + b"\xc0"),
    "cut-short": frame(pack({"action": "cut short"})[:-1]),
    "not-utf8": frame(b"\x82" + pack("action") + pack("text") + pack("t") + b"\xa2\xff\xfe"),
    "too-deep": frame(b"\x82" + pack("action") + pack("deep") + pack("v") + b"\x91" * 64 + b"\xc0"),
    "claims-4-billion": frame(b"\x82" + pack("action") + pack("x") + pack("v")
                              + b"\xdd\xff\xff\xff\xff"),
}  # fmt: skip


async def breaker(peer, options, problems):
    """Sends --count numbered messages, breaks the protocol, sends more, and is shut out."""
    try:
        await peer.write(frames(*numbers(options.count)) + BREAKERS[options.breaker]
                         + frames({"action": "too late"}))  # fmt: skip
        while True:
            await peer.receive()
    except Closed:  # or reset, because the other end leaves bytes unread
        pass


SCENARIOS = {
    "echo": echo,
    "values": values,
    "encodings": encodings,
    "burst": burst,
    "listen": listen,
    "large": large,
    "slices": slices,
    "say": say,
    "shares": shares,
    "asks": asks,
    "answers": answers,
    "non-messages": non_messages,
    "close": close,
    "partial": partial,
    "reset": reset,
    "breaker": breaker,
}
