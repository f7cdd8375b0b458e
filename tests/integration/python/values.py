# SPDX-License-Identifier: MIT
"""Every row of PROTOCOL.md's table of values, in both directions, as bytes.

echoed(): what is sent to a QRepod, and what it sends back for the value it decoded.
ENCODED: how a QRepod encodes values that only Qt has; tst_interop sends them by name.

Bytes are compared, not values: that tells an integer from a number, a float 32 from a
float 64 and text from bytes, and the smallest form from a larger one. Maps stand in the
order of QVariantMap, sorted by key.
"""

import itertools
from typing import NamedTuple

import msgpack
from msgpack import ExtType, Timestamp

from peer import pack

# MessagePack, by hand where Python's packer would choose another form.


def float32(value):
    return msgpack.packb(value, use_single_float=True)


def map_of(*pairs):
    """A map with keys that cannot coexist in a dict, such as 1 and True."""
    return msgpack.Packer().pack_map_pairs(pairs)


def ext8(kind, data):
    """An extension of any type; Python's packer refuses the reserved ones below 0."""
    return b"\xc7" + bytes([len(data), kind & 0xFF]) + data


class Row(NamedTuple):
    name: str
    sent: bytes
    echoed: bytes


def unchanged(name, data):
    return Row(name, data, data)


def same(name, value):
    return unchanged(name, pack(value))


def becomes(name, sent, value):
    return Row(name, sent, pack(value))


INTEGERS = [
    0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536,
    2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1,
    -1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**53) - 1, -(2**63),
]  # fmt: skip

TEXTS = {
    "empty": "",
    "ascii": "The quick brown fox",
    "latin": "Grüße, señor — naïve café",
    "emoji": "🎮👩‍👩‍👧‍👦🇩🇪😀",
    "byte order mark": "\ufeffmark",
    "byte order mark alone": "\ufeff",
    "embedded nul": "a\0b\0",
    "right to left": "שלום عليكم",
    "combining": "e\u0301 \u1112\u1161\u11ab",
    "noncharacters": "\uffff\ufffe\U0010ffff",
    "replacement character": "\ufffd",
    "line ends": "a\nb\r\nc\u2028d\x7f\x01",
}

TEXT_LENGTHS = [31, 32, 255, 256, 65535, 65536]
BIN_LENGTHS = [0, 1, 255, 256, 65535, 65536]
EXT_LENGTHS = [0, 1, 2, 3, 4, 8, 16, 17, 255, 256, 65536]
LIST_LENGTHS = [0, 1, 15, 16, 65535, 65536]
MAP_LENGTHS = [0, 1, 15, 16, 65535, 65536]

ALL_BYTES = bytes(range(256))


def nested(levels):
    """Nested lists; the message itself is a level too."""
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


def numbers():
    yield same("nil", None)
    yield same("true", True)
    yield same("false", False)
    for number in INTEGERS:
        yield same(f"int {number}", number)
    for form, head, size in [
        ("uint 8", b"\xcc", 1), ("uint 16", b"\xcd", 2), ("uint 32", b"\xce", 4),
        ("uint 64", b"\xcf", 8), ("int 8", b"\xd0", 1), ("int 16", b"\xd1", 2),
        ("int 32", b"\xd2", 4), ("int 64", b"\xd3", 8),
    ]:  # fmt: skip
        yield becomes(f"5 as {form}", head + (5).to_bytes(size, "big"), 5)
    for number in [0.0, -0.0, 1.0, 1.5, -2.25, 0.1, 1e300, 5e-324]:
        yield same(f"float64 {number}", number)
    for number in [float("inf"), float("-inf"), float("nan")]:
        yield same(f"float64 {number}", number)
        yield becomes(f"float32 {number}", float32(number), number)
    for number in [0.0, -0.0, 1.0, 1.5, -2.25, 2.0**-149, 16777216.0]:
        yield becomes(f"float32 {number}", float32(number), number)


def texts_and_bytes():
    for name, text in TEXTS.items():
        yield same(f"str {name}", text)
    for length in TEXT_LENGTHS:
        yield same(f"str of {length}", "x" * length)
    yield same("str of 16 ä", "ä" * 16)  # 16 characters fit a fixstr, their 32 bytes do not
    yield becomes("str 32 that is short", b"\xdb\x00\x00\x00\x02hi", "hi")
    for length in BIN_LENGTHS:
        yield same(f"bin of {length}", (ALL_BYTES * 257)[:length])
    yield same("bin of all bytes", ALL_BYTES)
    yield becomes("bin 32 that is short", b"\xc6\x00\x00\x00\x02hi", b"hi")


def containers():
    for length in LIST_LENGTHS:
        yield same(f"list of {length}", list(range(length)))
    for length in MAP_LENGTHS:
        yield same(f"map of {length}", {f"k{i:05}": i for i in range(length)})
    yield same("list of everything", [None, True, 1, 1.5, "text", b"bytes", [], {}, [[2]]])
    yield same("map of everything", {
        "bin": b"\0", "bool": False, "float": 0.5, "int": -7, "list": [1, [2, [3]]],
        "map": {"deep": {"deeper": {}}}, "nil": None, "str": "ö",
    })  # fmt: skip
    yield same("unicode keys", {"": 1, "a": 2, "action": "inner", "ключ": 3, "🎮": 4})
    yield same("63 levels", nested(63))
    yield becomes("integer keys", map_of((1, "a"), (2, "b"), (10, "c"), (-3, "d"), (300, "e")),
                  {"-3": "d", "1": "a", "10": "c", "2": "b", "300": "e"})  # fmt: skip
    yield becomes("keys at the ends of the range", map_of((2**64 - 1, 1), (-(2**63), 2)),
                  {str(-(2**63)): 2, str(2**64 - 1): 1})  # fmt: skip
    yield becomes("bool and nil keys", map_of((True, 1), (False, 2), (None, 3)),
                  {"false": 2, "null": 3, "true": 1})  # fmt: skip
    yield becomes("integer keys within", pack([{7: {8: 9}}]), [{"7": {"8": 9}}])
    yield becomes("a key that stands twice", map_of(("k", 1), ("l", 2), ("k", 3)),
                  {"k": 3, "l": 2})  # fmt: skip


def extensions():
    yield same("timestamp 32", Timestamp(1_700_000_000))
    yield same("timestamp 32 at 1970", Timestamp(0))
    yield same("timestamp 32 at its end", Timestamp(2**32 - 1))
    yield same("timestamp 64", Timestamp(1_700_000_000, 123_000_000))
    yield same("timestamp 64 past 2106", Timestamp(2**32))
    yield same("timestamp 64 at its end", Timestamp(2**34 - 1, 999_000_000))
    yield same("timestamp 96 past 2514", Timestamp(2**34))
    yield same("timestamp 96 before 1970", Timestamp(-1, 999_000_000))
    yield same("timestamp 96 in 1066", Timestamp(-28_502_726_400))
    yield becomes("timestamp with nanoseconds", pack(Timestamp(1_700_000_000, 123_456_789)),
                  Timestamp(1_700_000_000, 123_000_000))  # fmt: skip
    yield becomes("timestamp 96 of a near time",
                  ext8(-1, (500_000_000).to_bytes(4, "big") + (5).to_bytes(8, "big")),
                  Timestamp(5, 500_000_000))  # fmt: skip
    yield unchanged("timestamp past QDateTime", ext8(-1, b"\0" * 4 + b"\x7f" + b"\xff" * 7))
    yield unchanged("timestamp of 5 bytes", ext8(-1, b"\1\2\3\4\5"))
    for length in EXT_LENGTHS:
        yield same(f"ext 5 of {length}", ExtType(5, (ALL_BYTES * 257)[:length]))
    yield same("ext 0", ExtType(0, b"zero"))
    yield same("ext 127", ExtType(127, b"\0\xff"))
    yield unchanged("ext -128", ext8(-128, b"abc"))


def echoed():
    return itertools.chain(numbers(), texts_and_bytes(), containers(), extensions())


ENCODED = {
    "invalid": pack(None),
    "nullptr": pack(None),
    "null of a type": pack(None),
    "bool": pack(True),
    "float": float32(1.5),
    "double": pack(1.5),
    "double without a fraction": pack(2.0),
    "signed char": pack(-128),
    "uchar": pack(255),
    "short": pack(-32768),
    "ushort": pack(65535),
    "int": pack(-(2**31)),
    "uint": pack(2**32 - 1),
    "long": pack(-70000),
    "ulong": pack(70000),
    "qint64": pack(-(2**63)),
    "quint64": pack(2**64 - 1),
    "small qint64": pack(-5),
    "small quint64": pack(5),
    "QString": pack("Grüße 🎮"),
    "null QString": pack(""),
    "QUrl": pack("https://example.org/a%20b?q=%C3%A4"),
    "QUuid": pack("67c8770b-44f1-410a-ab9a-f9b5446f13ee"),
    "QByteArray": pack(ALL_BYTES),
    "QVariantList": pack([1, "two", 3.5, None]),
    "QStringList": pack(["a", "", "ü"]),
    "QList<int>": pack([1, -1, 70000]),
    "QList<double>": pack([1.0, 0.5]),
    "QList<QVariantMap>": pack([{"a": 1}, {}]),
    "QVariantMap": pack({"a": {"b": [1]}, "c": "d"}),
    "QVariantHash": pack({"a": 1}),
    "QJsonObject": pack({"a": [True, None], "b": 1, "c": 1.5}),
    "QJsonArray": pack(["x", {"y": 2}]),
    "gadget": pack({"x": 3, "y": 0.5, "name": "pawn"}),
    "list of gadgets": pack([{"x": 3, "y": 0.5, "name": "pawn"}]),
    "QDateTime": pack(Timestamp(1_700_000_000)),
    "QDateTime with milliseconds": pack(Timestamp(1_700_000_000, 5_000_000)),
    "QDateTime before 1970": pack(Timestamp(-2, 999_000_000)),
    "QDateTime with an offset": pack(Timestamp(1_700_000_000)),
    "Extension": pack(ExtType(5, b"abc")),
    "reserved Extension": ext8(-2, b"abc"),
}
