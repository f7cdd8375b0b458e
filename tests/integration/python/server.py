# SPDX-License-Identifier: MIT
"""A server that plays a scenario with each client. Prints "PORT n" when it listens."""

import asyncio
import json
import sys

from peer import GREETING, Peer
from program import Program, parser


def options():
    result = parser(__doc__)
    add = result.add_argument
    add("--port", type=int, default=0, help="0, the default, lets the system pick")
    add("--clients", type=int, default=1, help="ends after so many (default: 1)")
    add("--greeting", type=json.loads, default=GREETING, help="JSON (default: as repod greets)")
    return result.parse_args()


async def main(program):
    left = program.options.clients
    all_served = asyncio.Event()
    conversations = set()

    async def serve(reader, writer):
        nonlocal left
        conversations.add(asyncio.current_task())
        peer = Peer(reader, writer, program.options.slice)
        if program.options.greeting is not None:
            peer.hold(program.options.greeting)
        await program.converse(peer)
        left -= 1
        if left == 0:
            all_served.set()

    server = await asyncio.start_server(serve, program.options.host, program.options.port)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    try:
        await all_served.wait()
    finally:
        server.close()
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(Program(options()).run(main))
