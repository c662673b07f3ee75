"""Orders at a pace, and how late their buyers' sockets hear of each, from its commit."""

import asyncio
import json
import signal
import sys
import time

from backend.devstack import tether
from backend.devstack.bench.delays import Delays
from backend.devstack.bench_live import witnesses
from backend.devstack.bench_live.crowd import LATEST_SECONDS, Crowd
from backend.devstack.bench_live.faults import total
from backend.devstack.bench_live.job import Job

PER_SECOND = 50
_READERS = 5


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    """Half of the sockets are at carts, half at the buyers' orders; staff read the feed of all orders."""
    crowd, staff = (Crowd(port=job.port, is_stream=True) for _ in range(2))
    people = job.buyers[: job.sockets // 2]
    paths = [(path, buyer["token"]) for buyer in people for path in ("/ws/cart/", "/ws/orders/")]
    await crowd.open(paths)
    await staff.open([(witnesses.FEED, job.staff)] * _READERS)
    buying = people[: round(job.seconds * PER_SECOND)]
    place_of = {socket: place // 2 for place, socket in enumerate(crowd.sockets)}
    commits = await _buy(buying)
    await _wait(crowd, len(buying) * 2, staff, len(buying) * _READERS)
    for listening, wanted in ((crowd, len(buying) * 2), (staff, len(buying) * _READERS)):
        listening.faults["lost"] = max(listening.faults["lost"], wanted - len(listening.arrivals))
    delays = Delays.of(at - commits[place_of[socket]] for socket, _, at in crowd.arrivals)
    figures = {"p50": delays.p50, "p99": delays.p99, "rate": (len(buying) - 1) / (commits[-1] - commits[0])}
    figures |= {"deliveries": len(crowd.arrivals), "fed": len(staff.arrivals)}
    return figures, total(crowd.faults, staff.faults)


async def _buy(buyers: list[dict[str, str]]) -> list[float]:
    """The moment of each commit, from buy.py, a process of its own with the environment of this one."""
    words = [sys.executable, "-m", "backend.devstack.bench_live.buy", str(PER_SECOND)]
    pipe = asyncio.subprocess.PIPE
    command = tether.command(*words, signal=signal.SIGTERM)
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    asked = json.dumps([{"user": buyer["user"], "address": buyer["address"]} for buyer in buyers])
    answer, _ = await process.communicate(asked.encode() + b"\n")
    if process.returncode != 0:
        raise ConnectionError("placing orders failed")
    return [float(line) for line in answer.splitlines()]


async def _wait(crowd: Crowd, wanted: int, staff: Crowd, fed: int) -> None:
    """Until all has come that should, or it is too late."""
    deadline = time.monotonic() + LATEST_SECONDS / 2
    while time.monotonic() < deadline:
        if len(crowd.arrivals) >= wanted and len(staff.arrivals) >= fed:
            return
        await asyncio.sleep(0.05)
