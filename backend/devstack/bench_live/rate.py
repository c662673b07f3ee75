"""Deliveries of one stock topic to many sockets, as fast as it goes."""

import time

from backend.devstack.bench import cpu
from backend.devstack.bench_live import rounds
from backend.devstack.bench_live.crowd import Crowd
from backend.devstack.bench_live.faults import total
from backend.devstack.bench_live.job import Job

_WARM_UP_SECONDS = 1


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    crowd = Crowd(port=job.port, is_stream=False)
    await crowd.open(rounds.stock(job, job.sockets))
    if not job.redis_url:
        async with rounds.words(job) as words:
            return await _drive(job, crowd, words), total(crowd.faults)
    async with rounds.updates(job, newest=crowd.newest()) as updates:
        figures = await _drive(job, crowd, updates)
        await updates.witnesses.end()
        return figures, total(crowd.faults, updates.witnesses.faults())


async def _drive(job: Job, crowd: Crowd, made: rounds.Rounds) -> dict[str, float]:
    await rounds.back_to_back(crowd, made, seconds=min(_WARM_UP_SECONDS, job.seconds))
    crowd.arrivals.clear()
    before, own = cpu.seconds_of(job.server_pid), time.process_time()
    seconds = await rounds.back_to_back(crowd, made, seconds=job.seconds)
    used = max(0.01, cpu.seconds_of(job.server_pid) - before)
    load = (time.process_time() - own) / seconds
    deliveries = len(crowd.arrivals)
    crowd.close()
    rates = {"per_cpu_second": deliveries / used, "per_second": deliveries / seconds}
    return {**rates, "server": used / seconds, "load": load}
