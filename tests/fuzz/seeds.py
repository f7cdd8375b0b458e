#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds in corpus/: the examples of PROTOCOL.md, a message for each handler of
fuzz_dispatch, and scripts for the targets that take one. Needs Python's msgpack."""

import datetime
import pathlib
import re
import shutil
import struct
import uuid

import msgpack

HERE = pathlib.Path(__file__).parent
PROTOCOL = HERE.parent.parent / "src" / "protocol" / "PROTOCOL.md"
SLICES = bytes([0x01, 0x22, 0x03, 0x1F])


def examples(block):
    """The bytes and the outcome of each example in the document's blocks of that kind."""
    for text in re.findall(rf"```{block}\n(.*?)```", PROTOCOL.read_text(), re.DOTALL):
        pending = ""
        for line in text.splitlines():
            left, arrow, outcome = re.match(r"(.*?)(<?=>|$)(.*)", line).groups()
            pending += left + " "
            if arrow:
                data = bytearray()
                for word in pending.split():
                    value, _, count = word.partition("*")
                    data += bytes.fromhex(value) * int(count or 1)
                yield bytes(data), outcome.strip()
                pending = ""


def write(target, name, data):
    (HERE / "corpus" / target / name).write_bytes(data)


def is_error(outcome):
    return outcome.startswith("error")


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def framereader():
    good = b"".join(data for data, outcome in examples("frame") if not is_error(outcome))
    for limits in (0, 1, 2, 4):
        write("framereader", f"good-{limits}", bytes([limits, len(SLICES)]) + SLICES + good)
    write("framereader", "bytewise", b"\0\1\1" + good[:200])
    start = frame(msgpack.packb({"action": "start"}))
    for number, data in enumerate(data for data, outcome in examples("frame") if is_error(outcome)):
        write("framereader", f"error-{number}", bytes([0, len(SLICES)]) + SLICES + start + data)
    write("framereader", "tls", b"\0\0" + start + bytes.fromhex("160301020001"))
    write("framereader", "large", b"\0\1\x1f" + frame(msgpack.packb({"action": "x", "d": bytes(700)})))


def decode():
    field = b"\xa1v"
    good = [data for data, outcome in examples("value") if not is_error(outcome)]
    everything = b"\x81" + field + b"\xdc" + struct.pack(">H", len(good)) + b"".join(good)
    write("decode", "values", b"\xff\x80" + everything)
    write("roundtrip", "values", b"\x00" + everything)
    for number, data in enumerate(data for data, outcome in examples("value") if is_error(outcome)):
        write("decode", f"error-{number}", b"\xff\x80\x81" + field + data)
    for number, (data, outcome) in enumerate(examples("frame")):
        if not is_error(outcome) and number % 4 == 0:
            write("decode", f"message-{number}", b"\x33\x40" + data[4:])
        if not is_error(outcome) and number % 6 == 0:
            write("roundtrip", f"message-{number}", b"\x5e" + data[4:])
    write("decode", "not-a-map", b"\xff\x80\x93\x01\x02\x03")
    write("decode", "claims", b"\xff\x80\x81\xa1v\xdd\x00\x01\x86\x9f")
    write("roundtrip", "generated", bytes([1, 7]) + bytes(range(7, 250, 3)))


def dispatch():
    point = {"x": 1.5, "y": 2}
    player = {"name": "Ann", "from": point, "rows": [point, {}], "map": {"a": 1}, "any": [1], "list": ["b"],
              "y": 0.25}
    now = msgpack.Timestamp.from_datetime(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc))
    fitting = [
        {}, {"a": 1}, {"b": 2}, player, {"from": point, "to": {"y": 2.0}},
        {"rows": [player], "map": {"a": point}},
        {"a": -128, "b": -32768, "x": -2**31, "n": -2**63},
        {"a": 255, "b": 65535, "x": 2**32 - 1, "n": 2**64 - 1},
        {"a": 65, "x": -1, "n": 1}, {"x": 0.5, "y": 1e300}, {"a": True}, {"text": "h\u00e9llo"},
        {"url": "http://[::1]/%41", "id": str(uuid.UUID(int=2**127)), "letter": "x"}, {"data": b"\0\xff"},
        {"list": [1, "a", None]}, {"list": ["a", "b"]}, {"rows": [[1, 0.5], []], "list": [1, 2.0]},
        {"map": {"k": "v"}, "any": {"k": 1}}, {"map": {"k": 1}}, {"at": now},
        {"data": msgpack.ExtType(5, b"\0\xff")}, {"colour": "Red", "a": 200}, {"options": "Fast|Last"},
        {"a": 1, "b": None}, {"a": 1, "b": 3, "text": "d", "x": 2}, {"a": "text", "b": 2},
    ]
    for number, message in enumerate(fitting):
        write("dispatch", f"handler-{number}", bytes([number, 0]) + msgpack.packb(message))
    write("dispatch", "generated", bytes([24, 1, 5]) + bytes(range(0, 250, 7)))
    write("dispatch", "twice", bytes([24, 0]) + b"\x83\xa1a\x01\xa1a\xa1x\xa1a\x02")


# The operations of fuzz_endpoints, in the order of Session::step().
SEND, _, LARGE, MANY, SLICE, CARRY, TURN, _, PUMP, ONE, REACT, CLOSE, DETACH, CUT, HALF, CORRUPT = range(16)


def endpoints():
    def script(name, *steps, settings=0, small=0):
        write("endpoints", name, bytes([settings, small]) + b"".join(
            bytes([operation << 1 | side, argument]) for operation, side, argument in steps))

    trip = ((TURN, 0, 1), (CARRY, 0, 0), (CARRY, 1, 0), (TURN, 0, 1), (PUMP, 1, 0), (PUMP, 0, 0))
    script("exchange", (SEND, 0, 5), (SEND, 1, 9), *trip, (MANY, 0, 30), (SLICE, 0, 3), *trip)
    script("slices", (SEND, 0, 90), (TURN, 0, 1), *[step for size in (1, 2, 3, 40, 200)
                                                    for step in ((SLICE, 0, size), (TURN, 0, 0), (PUMP, 1, 0))])
    script("close", (SEND, 0, 5), *trip, (SEND, 0, 6), (SEND, 1, 7), (CLOSE, 0, 1), *trip, (SEND, 0, 1))
    script("both-close", (MANY, 0, 9), (MANY, 1, 9), (CLOSE, 0, 1), (CLOSE, 1, 1), *trip)
    script("close-in-handler", (MANY, 0, 5), (REACT, 1, 2), *trip, (SEND, 1, 2))
    script("reply-in-handler", (REACT, 1, 1), (MANY, 0, 5), *trip, (REACT, 0, 3), *trip)
    script("detach-in-handler", (REACT, 1, 4), (MANY, 0, 5), *trip, *trip)
    script("back-pressure", (MANY, 0, 90), *trip, (ONE, 1, 0), (ONE, 1, 0), (TURN, 0, 3), *trip, settings=1)
    script("full-outbox", (LARGE, 0, 200), (MANY, 0, 200), *trip, (MANY, 0, 20), settings=2, small=1)
    script("stalled-peer", (LARGE, 0, 255), (LARGE, 0, 255), (TURN, 0, 3), (CLOSE, 0, 1), *trip, small=1)
    script("over-the-limit", (LARGE, 0, 12), (SEND, 0, 30), *trip, settings=4)
    script("abort", (MANY, 0, 9), (TURN, 0, 0), (CLOSE, 0, 8), *trip, settings=8)
    script("cut", (MANY, 0, 9), (MANY, 1, 9), (TURN, 0, 1), (SLICE, 0, 20), (CUT, 1, 0xA0), *trip)
    script("half-closed", (MANY, 0, 9), (TURN, 0, 1), (SLICE, 0, 33), (HALF, 1, 0xA0), *trip, (SEND, 1, 3), *trip)
    script("corrupted", (MANY, 0, 9), (TURN, 0, 1), (SLICE, 0, 200), (CORRUPT, 0, 0xA1), *trip)


# The operations of fuzz_requests, in the order of Run::step().
ASK, RESULT, ERROR, NIL, MADE_UP, REQUEST, END = range(7)


def requests():
    def script(name, *steps):
        write("requests", name, b"".join(bytes(step) for step in steps))

    script("answered", (ASK,), (ASK,), (RESULT, 1), (RESULT, 0), (ASK,), (ERROR, 2), (ASK,), (NIL, 3))
    script("twice", (ASK,), (RESULT, 0), (RESULT, 0), (ERROR, 0), (ASK,), (ERROR, 1), (RESULT, 1))
    script("unknown", (ASK,), (RESULT, 255, 1, 2, 3), (RESULT, 251, *range(200, 208)), (ERROR, 207), (RESULT, 0))
    script("end", (ASK,), (ASK,), (END,), (RESULT, 0), (ASK,), (RESULT, 2))
    for number, message in enumerate([
            {"_request": 1, "action": "_reply"}, {"_request": -1, "action": "_reply", "result": 1},
            {"_request": "1", "action": "_reply"}, {"_request": 2**64 - 1, "action": "_reply", "error": [1]},
            {"_request": 1, "action": "other", "result": 1}]):
        payload = msgpack.packb(message)
        script(f"made-up-{number}", (ASK,), (MADE_UP, len(payload), *payload), (RESULT, 0))
    script("requests", *((REQUEST, 255, 7, answers) for answers in range(32)))


# The operations of fuzz_session, in the order of Run::step().
(BEGIN, SAY, _, SAY_TO, _, TURNS, _, READ, LOSE, PART, RESUME, LIE, ACK, NONSENSE, BYE, CLOSE_SESSION) = range(16)


def session():
    def script(name, *steps, settings=0):
        write("session", name, bytes([settings]) + b"".join(
            bytes([operation | client << 4, argument]) for operation, client, argument in steps))

    join = ((BEGIN, 0, 0), (TURNS, 0, 3), (READ, 0, 0), (SAY, 0, 2), (TURNS, 0, 1), (SAY_TO, 0, 5), (TURNS, 0, 1))
    back = ((RESUME, 0, 0), (TURNS, 0, 3), (READ, 0, 0))
    script("lost-and-back", *join, (LOSE, 0, 1), (TURNS, 0, 1), (SAY, 0, 2), (SAY_TO, 0, 3), *back, (SAY, 0, 1))
    script("within-a-frame", *join, (PART, 0, 9), *back, (PART, 0, 22), (TURNS, 0, 2), *back)
    script("takeover", *join, (RESUME, 0, 0), (SAY_TO, 0, 3), (TURNS, 0, 3), (READ, 0, 0), *back)
    script("attempts", *join, (LOSE, 0, 0), (RESUME, 0, 0), (LOSE, 0, 0), (RESUME, 0, 0), (LOSE, 0, 1), *back, (ACK, 0, 0),
           (TURNS, 0, 1), (LOSE, 0, 1), *back)
    script("wrong-numbers", *join, (LOSE, 0, 1), (LIE, 0, 0), (LIE, 0, 3), *back)
    script("wrong-tokens", *join, (LOSE, 0, 1), *back, (LOSE, 0, 1), *back, (LIE, 0, 1), (LIE, 0, 2), (TURNS, 0, 3),
           (READ, 1, 0))
    script("ends", *join, *((operation, client, argument) for client in (1, 2) for operation, _, argument in join),
           (BYE, 0, 0xFF), (CLOSE_SESSION, 1, 0xFF), (NONSENSE, 2, 7), (TURNS, 0, 3), (READ, 1, 0), (RESUME, 2, 0))
    script("full", *join, (LOSE, 0, 1), (BEGIN, 1, 0), (BEGIN, 2, 0), (TURNS, 0, 3), (BEGIN, 3, 0), (TURNS, 0, 3), *back,
           settings=1)
    script("kept-too-much", *join, (LOSE, 0, 1), (TURNS, 0, 3), *((SAY_TO, 0, 7),) * 8, *back, settings=2)


# The operations of fuzz_rooms, in the order of Run::act().
(JOIN, _, _, LEAVE, OPEN, TO_ROOM, TO_EVERYONE, TO_ONE, SHUT, DELETE_ROOM, CLOSE_CHANNEL, PERSIST, CONNECT, GO, TAKE,
 TURN_ONCE) = range(16)


def rooms():
    def script(name, *steps, settings=0):
        write("rooms", name, bytes([settings]) + b"".join(
            bytes([step[0], step[1] << 4 | step[2], step[3] if len(step) > 3 else 0]) for step in steps))

    three = ((CONNECT, 0, 0),) * 3
    together = (*three, (JOIN, 0, 1), (JOIN, 1, 1), (JOIN, 2, 1), (JOIN, 2, 2))
    script("talk", *together, (TO_ROOM, 0, 1), (TO_ROOM, 0, 9), (TO_EVERYONE, 1, 8), (TO_ONE, 2, 0), (TAKE, 0, 0))
    script("leave", *together, (LEAVE, 0, 1), (TO_ROOM, 0, 1), (LEAVE, 1, 1), (LEAVE, 2, 1), (JOIN, 0, 1))
    script("close", *together, (SHUT, 0, 9), (TURN_ONCE, 0, 0), (TO_ROOM, 0, 1), (JOIN, 0, 1), (DELETE_ROOM, 0, 9))
    script("go", *together, (GO, 0, 8), (CLOSE_CHANNEL, 1, 8), (TURN_ONCE, 0, 0), (TO_ROOM, 0, 1), (TURN_ONCE, 0, 0))
    script("delete", *together, (CLOSE_CHANNEL, 1, 8), (DELETE_ROOM, 0, 9), (TO_EVERYONE, 0, 0), (TURN_ONCE, 0, 0))
    script("full", *together, settings=4)
    script("persistent", *together, (LEAVE, 0, 1), (LEAVE, 1, 1), (LEAVE, 2, 1), (PERSIST, 0, 1), settings=1)
    for operation in (LEAVE, TO_ROOM, SHUT, DELETE_ROOM, CLOSE_CHANNEL, JOIN):
        script(f"within-{operation}", *three, (JOIN, 0, 1), (JOIN, 1, 9, 0x80 | operation), (SHUT, 1, 9, 0x80 | operation),
               (JOIN, 2, 1), (GO, 0, 9, 0x80 | operation), (TURN_ONCE, 0, 0))


# The steps of fuzz_state, in the order of Run::step().
OBJECT, SET, ROWS, CHANGES, _, OVER, WORDS, ANY, LOST, LOOK = range(10)


def state():
    def script(name, *steps):
        write("state", name, b"".join(bytes(step) for step in steps))

    def number(n):
        return 16 * n + 2

    def text(length):
        return 4 * length + 1

    three_rows = (ROWS, 0x42, 3, 2, number(1), text(3), 2, number(2), 0, 2, number(3), text(1))
    script("object", (OBJECT, 2, 0, number(1), 1, text(5)), (SET, 1, 0, number(2)), (SET, 2, 1, 0, 2, text(9)), (OVER,))
    script("rows", three_rows, (CHANGES, 3, 0, 1, 0, 2, 1, number(7), 0, 1, 0, 2, 2, 0, 1, 3, 1, 0, 1, 1, number(9)))
    script("keys", three_rows, (LOST,), (ROWS, 0x42, 2, 2, number(3), text(1), 2, number(1), text(2)), (LOOK,))
    script("long", (LOOK,), (ROWS, 0x43, 8, *(3, number(1), number(2), text(4)) * 8), (CHANGES, 1, 1, 2, 4), (OVER,))
    script("out-of-step", three_rows, (CHANGES, 1, 1, 3, 1), (SET, 0), three_rows)
    for number_, message in enumerate([
            {"name": "s", "full": True, "rows": [[1]], "roles": ["a"], "more": True},
            {"name": "s", "changes": [["insert", 1, [[2], [3]]], ["move", 0, 2, 1]]},
            {"name": "s", "changes": [["remove", 0, 2**31 - 1], ["set", 2**40, {"a": 1}]]},
            {"name": 5, "full": True, "set": {}}, {"full": True, "set": {"a": 1}, "more": True}]):
        payload = msgpack.packb(message)
        script(f"forged-{number_}", three_rows, (ANY, len(payload), *payload), (CHANGES, 1, 1, 0, 1))


for seeds in ("framereader", "decode", "roundtrip", "dispatch", "endpoints", "requests", "state", "session", "rooms"):
    shutil.rmtree(HERE / "corpus" / seeds, ignore_errors=True)
    (HERE / "corpus" / seeds).mkdir(parents=True)
framereader()
decode()
dispatch()
endpoints()
requests()
session()
rooms()
state()
