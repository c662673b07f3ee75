"""Very many sockets of one topic in one process: memory each, and what an event costs Redis."""

import time

from backend.devstack.bench_live import memory, rounds
from backend.devstack.bench_live.crowd import Crowd
from backend.devstack.bench_live.faults import total
from backend.devstack.bench_live.job import Job

_FEW = 10
_ROUNDS = 20  # each witness has as many turns as any other
_EVENTS_A_ROUND = 3


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    crowd = Crowd(port=job.port, is_stream=False)
    await crowd.open(rounds.stock(job, _FEW))
    if not job.redis_url:
        return {"kib": await _grow(job, crowd)}, total(crowd.faults)
    async with rounds.updates(job, newest=crowd.newest()) as updates:
        few = await _bytes_an_event(crowd, updates)
        figures = {"few": _FEW, "kib": await _grow(job, crowd)}
        began_at = time.monotonic()
        figures |= {"bytes_few": few, "bytes_many": await _bytes_an_event(crowd, updates)}
        figures["round_ms"] = 1000 * (time.monotonic() - began_at) / _ROUNDS
        crowd.lack(crowd.newest())
        return figures, total(crowd.faults, updates.witnesses.faults())


async def _grow(job: Job, crowd: Crowd) -> float:
    before = memory.kib_of(job.server_pid)
    await crowd.open(rounds.stock(job, job.sockets - _FEW))
    return (memory.kib_of(job.server_pid) - before) / (job.sockets - _FEW)


async def _bytes_an_event(crowd: Crowd, updates: rounds.Updates) -> float:
    """A round is three: of stock, and two to the witnesses, who are as many both times."""
    before = updates.publisher.bytes_so_far()
    for _ in range(_ROUNDS):
        await crowd.reached(updates.fire())
    await updates.witnesses.end()
    return (updates.publisher.bytes_so_far() - before) / (_EVENTS_A_ROUND * _ROUNDS)
