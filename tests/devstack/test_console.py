"""The terminal of a run may go away before the run does."""

import subprocess
import sys

from backend.devstack import environment

TALKS = """
from backend.devstack.console import Console
console = Console([])
input()
for number in range(3):
    console.say(str(number))
"""


def test_nobody_reading_is_no_reason_to_fall_over():
    talker = subprocess.Popen(
        [sys.executable, "-c", TALKS],
        cwd=environment.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    talker.stdout.close()

    talker.stdin.write(b"\n")
    talker.stdin.close()

    assert (talker.wait(10), talker.stderr.read()) == (0, b"")
    talker.stderr.close()
