# SPDX-License-Identifier: MIT
"""One end of a connection that speaks the wire protocol: frames on asyncio streams.

A frame is four bytes of big-endian length, then that many bytes of MessagePack.
"""

import asyncio
import contextlib
import socket
import struct

import msgpack

HEADER = struct.Struct(">I")
GREETING = {"action": "connected"}
HEARTBEAT = b"\x80"  # the empty map
HELLO = b"\x81\xa6_hello\x01"  # the only control frame for a peer that has not said hello

# The largest frame that is accepted; QRepod's own default limit.
MAXIMUM_FRAME_SIZE = 16 * 1024 * 1024


class ProtocolBroken(Exception):
    """The other end sent something that is not allowed."""


class Closed(Exception):
    """The other end has gone. `how` is "closed" or "reset"."""

    def __init__(self, how):
        super().__init__(f"the connection was {how}")
        self.how = how


def pack(value):
    """`value` as MessagePack in its smallest form; floats take 64 bits."""
    return msgpack.packb(value, use_bin_type=True)


def unpack(data):
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


def frame(payload):
    return HEADER.pack(len(payload)) + payload


def frames(*messages):
    """The messages as bytes for the wire, one frame each."""
    return b"".join(frame(pack(message)) for message in messages)


def fields_of(payload):
    """The fields of a message, each in the exact bytes that came."""
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=False, max_buffer_size=len(payload))
    unpacker.feed(payload)
    fields = {}
    for _ in range(unpacker.read_map_header()):
        key = unpacker.unpack()
        start = unpacker.tell()
        unpacker.skip()
        fields[key] = payload[start : unpacker.tell()]
    if unpacker.tell() < len(payload):
        raise ValueError(f"{len(payload) - unpacker.tell()} bytes are left over")
    return fields


@contextlib.contextmanager
def well_formed(payload):
    """Turns errors inside into ProtocolBroken."""
    try:
        yield
    except (ValueError, msgpack.UnpackException) as error:
        shown = payload[:40].hex(" ") + "..." * (len(payload) > 40)
        raise ProtocolBroken(f"{shown}, which is no message: {error!r:.200}") from error


class Peer:
    """A connection to the other end, which should be a QRepod.

    `slice_size` cuts every write into pieces of this many bytes; 0 writes at once.
    """

    def __init__(self, reader, writer, slice_size=0):
        self._reader = reader
        self._writer = writer
        self._slice_size = slice_size
        self._held = b""
        self.sent = 0
        self.received = 0
        self.heartbeats = 0
        self._may_be_greeted = True  # by a QRepod client's first frame
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    async def connect(cls, host, port, slice_size=0):
        reader, writer = await asyncio.open_connection(host, port)
        return cls(reader, writer, slice_size)

    def hold(self, *messages):
        """Holds messages back until the next write, to send them together with it."""
        self._held += frames(*messages)
        self.sent += len(messages)

    async def send(self, *messages):
        """Sends messages in one write."""
        await self.write(frames(*messages))
        self.sent += len(messages)

    async def write(self, data=b""):
        """Sends bytes unchanged, after what was held back."""
        data, self._held = self._held + data, b""
        size = self._slice_size or len(data) or 1
        try:
            for start in range(0, len(data), size):
                self._writer.write(data[start : start + size])
                await self._writer.drain()
        except ConnectionError as error:
            raise Closed("reset") from error

    async def receive(self):
        """The next message. Heartbeats are counted and skipped."""
        payload = await self.receive_payload()
        with well_formed(payload):
            return unpack(payload)

    async def receive_payload(self):
        """The bytes of the next message.

        Raises Closed at the end of the stream, and ProtocolBroken for a frame that would
        harm a repod: an empty one, or one that holds no map.
        """
        await self.write()
        while True:
            (size,) = HEADER.unpack(await self._read(HEADER.size, may_end=True))
            if size == 0:
                raise ProtocolBroken("an empty frame, which ends a repod")
            if size > MAXIMUM_FRAME_SIZE:
                raise ProtocolBroken(f"a frame of {size} bytes")
            payload = await self._read(size)
            may_be_hello, self._may_be_greeted = self._may_be_greeted, False
            if may_be_hello and payload == HELLO:
                continue
            if payload == HEARTBEAT:
                self.heartbeats += 1
                continue
            with well_formed(payload):
                if "action" not in fields_of(payload):
                    raise ValueError("there is no action")
            self.received += 1
            return payload

    async def _read(self, size, may_end=False):
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            if error.partial or not may_end:
                raise ProtocolBroken("the connection ended within a frame") from error
            raise Closed("closed") from error
        except ConnectionError as error:
            raise Closed("reset") from error

    async def wait_closed(self):
        """Waits for the other end to go, without any more messages.

        Returns "closed" or "reset".
        """
        try:
            message = await self.receive()
        except Closed as closed:
            return closed.how
        raise ProtocolBroken(f"{message!r:.200} instead of the end")

    async def close(self):
        """Sends what is in transit, then closes the connection."""
        try:
            await self.write()
            self._writer.close()
            await self._writer.wait_closed()
        except (Closed, ConnectionError):
            pass

    def reset(self):
        """Breaks the connection: the other end gets a reset instead of a close."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
