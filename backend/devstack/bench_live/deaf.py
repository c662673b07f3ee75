"""Twenty clients that stop to read, beside others that do not; first all read, to compare."""

import asyncio
import time

from backend.devstack.bench.delays import Delays
from backend.devstack.bench_live import memory, rounds, witnesses
from backend.devstack.bench_live.crowd import Crowd
from backend.devstack.bench_live.faults import total
from backend.devstack.bench_live.job import Job

_SOME = 10  # at a flooded SKU, and as many at a flooded feed
_ROUNDS_A_SECOND = 20
_FLOOD = 4  # frames of each for a round
_FLOOD_BYTES = 16 * 1024


class Flood:
    """Large frames to the clients that later read nothing, small ones to the others."""

    def __init__(self, job: Job, crowd: Crowd, flooded: Crowd, updates: rounds.Updates) -> None:
        self._job, self._crowd, self._flooded, self._updates = job, crowd, flooded, updates
        self._version = flooded.newest()
        self.peak = 0

    async def run(self) -> Delays:
        """How late the others had their frames; `peak` is the server's memory at the most, in KiB."""
        self._crowd.arrivals.clear()
        moments: dict[int, float] = {}
        began_at, self.peak = time.monotonic(), 0
        for place in range(max(2, round(self._job.seconds * _ROUNDS_A_SECOND))):
            await asyncio.sleep(began_at + place / _ROUNDS_A_SECOND - time.monotonic())
            self._flood()
            moment = time.monotonic()
            moments[self._updates.fire()] = moment
            self.peak = max(self.peak, memory.kib_of(self._job.server_pid))
        await self._crowd.reached(max(moments))
        return Delays.of(at - moments[version] for _, version, at in self._crowd.arrivals)

    def _flood(self) -> None:
        for _ in range(_FLOOD):
            self._version += 1
            self._updates.witnesses.tell_feed(self._updates.publisher, size=_FLOOD_BYTES)
            self._updates.publisher.tell(_topic(self._job), version=self._version, size=_FLOOD_BYTES)


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    crowd, reading, feeding = (Crowd(port=job.port, is_stream=stream) for stream in (False, False, True))
    await crowd.open(rounds.stock(job, job.sockets))
    await reading.open([(_path(job), "")] * _SOME)
    await feeding.open([(witnesses.FEED, job.staff)] * _SOME)
    async with rounds.updates(job, newest=crowd.newest()) as updates:
        flood = Flood(job, crowd, reading, updates)
        before = await flood.run()
        await updates.witnesses.end()
        await feeding.end(updates.witnesses.feed_version)
        start = memory.kib_of(job.server_pid)
        for socket in (*reading.sockets, *feeding.sockets):
            socket.stop_reading()
        after = await flood.run()
        await updates.witnesses.end()
        figures = {"before": before.p99, "after": after.p99, "mib": max(0, flood.peak - start) / 1024}
        return figures, total(*(one.faults for one in (crowd, reading, feeding)), updates.witnesses.faults())


def _other(job: Job) -> str:
    """The next SKU."""
    name, _, number = job.sku.rpartition("-")
    return f"{name}-{int(number) + 1}"


def _path(job: Job) -> str:
    return f"/ws/stock/?sku={_other(job)}"


def _topic(job: Job) -> str:
    return f"stock:{_other(job)}"
