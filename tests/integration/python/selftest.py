# SPDX-License-Identifier: MIT
"""Runs the programs against each other: what they must accept, and what they must not."""

import json
import pathlib
import subprocess
import sys
import unittest

from values import echoed

HERE = pathlib.Path(__file__).parent


class Run(subprocess.Popen):
    """A program, with its report and its problems once it has ended."""

    def __init__(self, name, *arguments):
        super().__init__(
            [sys.executable, HERE / name, "--deadline=60", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self):
        with self:  # what they print fits into the pipes
            self.wait()
            self.report = json.loads(self.stdout.read().splitlines()[-1])
            self.complaints = self.stderr.read().splitlines()
        return self.returncode


def play(served, played, *arguments):
    """The server's run and the client's, both finished; the arguments are for both."""
    server = Run("server.py", served, *arguments)
    port = server.stdout.readline().split()[1]
    client = Run("client.py", played, f"--port={port}", *arguments)
    client.end()
    server.end()
    return server, client


class Programs(unittest.TestCase):
    def assertHolds(self, *runs):
        for run in runs:
            self.assertEqual((run.complaints, run.returncode), ([], 0))
            self.assertTrue(run.report["ok"])

    def test_echo_satisfies_burst_large_and_slices(self):
        for scenario in ["burst", "large", "slices"]:
            for slice_size in [0] if scenario == "large" else [0, 1]:
                with self.subTest(scenario, slice=slice_size):
                    arguments = ["--count=500", f"--slice={slice_size}"]
                    self.assertHolds(*play("echo", scenario, *arguments))
                    self.assertHolds(*play(scenario, "echo", *arguments))

    def test_listen_takes_numbers_until_the_end(self):
        self.assertHolds(*play("close", "listen", "--count=10000"))
        self.assertHolds(*play("listen", "close", "--count=10000"))

    def test_values_finds_what_comes_back_otherwise_than_qt_would_send_it(self):
        server, client = play("echo", "values")
        self.assertEqual((server.returncode, client.returncode), (0, 1))
        other = [row.name for row in echoed() if row.sent != row.echoed]
        self.assertEqual([line.split(": ")[1] for line in client.complaints], other)
        self.assertGreater(len(other), 20)

    def test_faults_are_told(self):
        for fault, told in [
            ("partial", "the connection ended within a frame"),
            ("breaker", "c1 c1 c1, which is no message"),
            ("non-messages", "05, which is no message"),
        ]:
            with self.subTest(fault):
                _, client = play(fault, "listen", "--count=3")
                self.assertEqual(client.returncode, 1)
                self.assertIn(told, "\n".join(client.complaints))

    def test_reset_is_told(self):
        server, client = play("reset", "echo", "--count=1")
        self.assertEqual((server.returncode, client.returncode), (0, 1))
        self.assertEqual(client.complaints, ["echo: the connection was reset"])

    def test_end_of_stdin_and_the_deadline_end_a_program(self):
        server = Run("server.py", "echo")
        server.stdin.close()
        self.assertEqual(server.end(), 1)
        self.assertEqual(Run("server.py", "echo", "--deadline=0.01").end(), 1)


if __name__ == "__main__":
    unittest.main()
