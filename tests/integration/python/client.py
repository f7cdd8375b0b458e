# SPDX-License-Identifier: MIT
"""A client that waits for the server's greeting, then plays a scenario."""

import sys

from peer import Peer
from program import Program, parser


def options():
    result = parser(__doc__)
    result.add_argument("--port", type=int, required=True)
    return result.parse_args()


async def main(program):
    options = program.options
    peer = await Peer.connect(options.host, options.port, options.slice)
    if options.greeting is not None:
        greeting = await peer.receive()
        if greeting != options.greeting:
            program.problems.append(f"{greeting!r:.200} came instead of the greeting")
    await program.converse(peer)


if __name__ == "__main__":
    sys.exit(Program(options()).run(main))
