"""The clients, in a process of their own: reads a Job as JSON, prints its Result."""

import asyncio
import json
import sys
import time
from dataclasses import asdict

from backend.devstack.bench_live import deaf, many, orders, rate, seated, storm
from backend.devstack.bench_live.job import Job, Result

_KINDS = {
    "rate": rate.measure,
    "orders": orders.measure,
    "many": many.measure,
    "storm": storm.measure,
    "deaf": deaf.measure,
    "apps": seated.measure,
}


async def main(job: Job) -> Result:
    began_at, used = time.monotonic(), time.process_time()
    figures, faults = await _KINDS[job.kind](job)
    return Result(job.kind, figures, faults, (time.process_time() - used) / (time.monotonic() - began_at))


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(main(Job(**json.load(sys.stdin)))))))
