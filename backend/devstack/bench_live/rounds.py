"""What starts a round: a word to the bare app, or an update told to the shop's sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live.crowd import LATEST_SECONDS, Crowd
from backend.devstack.bench_live.job import Job
from backend.devstack.bench_live.publishing import Publisher
from backend.devstack.bench_live.witnesses import Witnesses


class Rounds(Protocol):
    """One after the other."""

    def fire(self) -> int:
        """Its version."""


class Updates:
    """A frame of stock, and beside it two to the witnesses."""

    def __init__(self, job: Job, witnesses: Witnesses, *, newest: int) -> None:
        self.publisher = Publisher(job.redis_url)
        self.witnesses = witnesses
        self._job = job
        self._version = newest

    def fire(self) -> int:
        self._version += 1
        self.witnesses.tell(self.publisher, size=self._job.frame_bytes)
        self.publisher.tell(f"stock:{self._job.sku}", version=self._version, size=self._job.frame_bytes)
        return self._version


class Words:
    """Rounds of the bare app, asked for on its control socket."""

    def __init__(self, control: Socket, *, size: int) -> None:
        self._control = control
        self._size = size
        self._version = 0

    def fire(self) -> int:
        self._version += 1
        self._control.send(json.dumps({"version": self._version, "size": self._size}))
        return self._version


@asynccontextmanager
async def updates(job: Job, *, newest: int = 0) -> AsyncIterator[Updates]:
    """Of stock above the `newest`, with witnesses in each web process of the run. Raises ConnectionError."""
    witnesses = Witnesses(job, ports=sorted({job.port, job.next_port}))
    await witnesses.open()
    yield Updates(job, witnesses, newest=newest)
    witnesses.close()


@asynccontextmanager
async def words(job: Job) -> AsyncIterator[Words]:
    # What is said before the handshake is over would be lost.
    is_open, loop = asyncio.Event(), asyncio.get_running_loop()
    _, control = await loop.create_connection(
        lambda: Socket(path="/control", on_frame=lambda *_: is_open.set()), "127.0.0.1", job.port
    )
    await asyncio.wait_for(is_open.wait(), LATEST_SECONDS)
    yield Words(control, size=job.frame_bytes)
    control.close()


def stock(job: Job, number: int) -> list[tuple[str, str]]:
    """So many guests at the SKU."""
    return [(f"/ws/stock/?sku={job.sku}", "")] * number


async def back_to_back(crowd: Crowd, rounds: Rounds, *, seconds: float) -> float:
    """Two on their way, the next when the older has reached everybody. Returns how long it took."""
    began_at = time.monotonic()
    older = rounds.fire()
    while time.monotonic() - began_at < seconds:
        newer = rounds.fire()
        await crowd.reached(older)
        older = newer
    await crowd.reached(older)
    return time.monotonic() - began_at
