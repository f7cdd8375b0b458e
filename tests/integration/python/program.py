# SPDX-License-Identifier: MIT
"""The common part of both programs: options, the watch on stdin, the deadline and the report.

A program exits with 0 if all its checks passed. Otherwise each problem is a line on stderr, and
it exits with 1. Its last line on stdout is a report in JSON.
"""

import argparse
import asyncio
import json
import sys
import traceback

from peer import GREETING, Closed, ProtocolBroken
from scenarios import BREAKERS, SCENARIOS


class Program:
    """One run of a scenario, over one or more connections."""

    def __init__(self, options):
        self.options = options
        self.problems = []
        self.conversations = []

    async def converse(self, peer):
        """Plays the scenario with one peer, and notes the result."""
        problems = []
        ended = False
        try:
            await SCENARIOS[self.options.scenario](peer, self.options, problems)
            ended = True
        except Closed as closed:
            problems.append(f"the connection was {closed.how} too early")
        except ProtocolBroken as broken:
            problems.append(f"the other end sent {broken}")
        except asyncio.CancelledError:
            problems.append("told to end before the conversation was over")
            raise
        except Exception:
            problems.append(traceback.format_exc())
        finally:
            self.problems += problems
            self.conversations.append({
                "ended": ended,
                "sent": peer.sent,
                "received": peer.received,
                "heartbeats": peer.heartbeats,
            })  # fmt: skip
        await peer.close()

    async def _run(self, main):
        """Runs `main` until it returns, stdin ends or the deadline passes."""
        tasks = [asyncio.create_task(main(self)), asyncio.create_task(stdin_ends())]
        done, pending = await asyncio.wait(
            tasks, timeout=self.options.deadline, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            self.problems.append(f"not over after {self.options.deadline:g} s")
        for task in pending:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                self.problems.append("".join(traceback.format_exception(outcome)))

    def run(self, main):
        """Runs the coroutine function `main`, reports, and returns the exit status."""
        asyncio.run(self._run(main))
        if not self.conversations:
            self.problems.append("nobody to talk to")
        for problem in self.problems:
            print(f"{self.options.scenario}: {problem}", file=sys.stderr)
        print(json.dumps({
            "scenario": self.options.scenario,
            "ok": not self.problems,
            "conversations": self.conversations,
            "problems": self.problems,
        }), flush=True)  # fmt: skip
        return 1 if self.problems else 0


async def stdin_ends():
    """Returns when stdin closes: the parent wants the program to end, or is dead."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    try:
        while await reader.read(4096):
            pass
    finally:
        transport.close()


def parser(description):
    result = argparse.ArgumentParser(
        description=description,
        epilog="Ends when its conversations have ended, or when stdin closes.",
    )
    add = result.add_argument
    add("scenario", choices=SCENARIOS)
    add("--host", default="127.0.0.1")
    add("--count", type=int, default=10_000, help="numbered messages (default: %(default)s)")
    add("--size", type=int, default=1024 * 1024, help="bytes of a large value (default: 1 MiB)")
    add("--slice", type=int, default=0, help="bytes per write (default: all at once)")
    add("--message", type=json.loads, action="append", default=[], help="JSON for `say`; repeats")
    add("--breaker", choices=BREAKERS, default="garbage", help="how to break the protocol")
    add("--deadline", type=float, default=120, help="seconds for all of it (default: 120)")
    add("--no-greeting", dest="greeting", action="store_const", const=None, default=GREETING)
    return result
