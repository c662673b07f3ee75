"""What makes a round: a commit in the shop, or a word to the bare app."""

import asyncio
import json
import signal
import sys
import time
from typing import Protocol, Self

from backend.devstack import tether
from backend.devstack.bench.socket_protocol import Socket


class Trigger(Protocol):
    """Starts a round."""

    async def fire(self) -> tuple[int, float]:
        """Its version, and the moment from which its way to the sockets counts."""


class Commits:
    """Changes of one SKU, by change.py, a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._to, self._from = process.stdin, process.stdout

    @classmethod
    async def start(cls, sku: str) -> Self:
        """With the environment of this process, which names the database."""
        words = [sys.executable, "-m", "backend.devstack.bench.change", sku]
        pipe = asyncio.subprocess.PIPE
        command = tether.command(*words, signal=signal.SIGTERM)
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))

    async def fire(self) -> tuple[int, float]:
        self._to.write(b"\n")
        answer = json.loads(await self._from.readline())
        return answer["version"], answer["at"]

    async def stop(self) -> None:
        self._to.close()
        await self._process.wait()


class Words:
    """Rounds of the bare app, asked for on its control socket."""

    def __init__(self, control: Socket, *, frame_bytes: int) -> None:
        self._control = control
        self._size = frame_bytes
        self._version = 0

    async def fire(self) -> tuple[int, float]:
        self._version += 1
        moment = time.monotonic()
        self._control.send(json.dumps({"version": self._version, "size": self._size}))
        return self._version, moment
