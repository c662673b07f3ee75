"""Everybody loses the connection and comes back at the same moment, to a process that nobody has been at.

As after a deploy: first to look anew, then, at the next new process, to go on from where they were.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from backend.devstack.bench import cpu
from backend.devstack.bench_live import faults, rounds
from backend.devstack.bench_live.app import Told
from backend.devstack.bench_live.apps import Apps, Place
from backend.devstack.bench_live.changes import change
from backend.devstack.bench_live.job import Job

_FEED_SECONDS = 0.02

type Figures = dict[str, float]
type Versions = Mapping[str, Sequence[int]]  # told of a topic while they were away


async def measure(job: Job) -> tuple[Figures, dict[str, int]]:
    """Meanwhile the witnesses are told a hundred frames a second."""
    apps = Apps(job, channels=lambda place: (_cart(job, place), f"stock:{job.sku}"))
    everybody = range(job.sockets)
    if not job.redis_url:
        return {"seconds": await apps.come(everybody, port=job.port)}, faults.total()
    carts = [job.buyers[place]["cart"] for place in everybody[::2]]
    async with _witnessed(job) as updates:
        told = change(job, carts=carts, publisher=updates.publisher)
        used = cpu.seconds_of(job.server_pid)
        seconds = await apps.come(everybody, port=job.port)
        figures = {"seconds": seconds, "cpu": cpu.seconds_of(job.server_pid) - used}
        before, live = apps.go()
        found = judge(before, told=told) + live

        told = change(job, carts=carts, publisher=updates.publisher)
        used = cpu.seconds_of(job.next_pid)
        figures["back"] = await apps.come(everybody, port=job.next_port, since=before)
        figures["back_cpu"] = cpu.seconds_of(job.next_pid) - used
        after, live = apps.go()
        found += judge(after, told=told, before=before) + live
    return figures | _recovered(after), faults.total(found, updates.witnesses.faults())


def judge(
    answers: Sequence[Mapping[str, Told]],
    *,
    told: Versions,
    before: Sequence[Mapping[str, Told]] = (),
) -> Counter[str]:
    """What those lack or have twice who came again: recovered exactly, or shown all that was told."""
    found: Counter[str] = Counter()
    for place, answered in enumerate(answers):
        for channel, answer in answered.items():
            versions = told.get(channel, ())
            if answer.is_recovered:
                found += faults.recovered(answer.missed, wanted=versions)
            else:
                known = before[place][channel].version if before else 0
                found += faults.snapshot(answer.version, told=max((known, *versions)))
    return found


def _recovered(answers: Sequence[Mapping[str, Told]]) -> Figures:
    """How many topics were recovered, and how many of them with news."""
    all_of_them = [answer for answered in answers for answer in answered.values()]
    recovered = [answer for answer in all_of_them if answer.is_recovered]
    with_news = sum(bool(answer.missed) for answer in recovered)
    return {"topics": len(all_of_them), "recovered": len(recovered), "with_news": with_news}


def _cart(job: Job, place: Place) -> str:
    return f"cart:{job.buyers[place]['cart']}"


@asynccontextmanager
async def _witnessed(job: Job) -> AsyncIterator[rounds.Updates]:
    async with rounds.updates(job) as updates:
        feeding = asyncio.create_task(_feed(updates, job.frame_bytes))
        yield updates
        feeding.cancel()
        await updates.witnesses.end()


async def _feed(updates: rounds.Updates, size: int) -> None:
    while True:
        updates.witnesses.tell(updates.publisher, size=size)
        await asyncio.sleep(_FEED_SECONDS)
