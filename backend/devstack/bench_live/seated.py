"""Very many apps in one process, each signed in as somebody else and at three topics: memory each."""

from backend.devstack.bench import cpu
from backend.devstack.bench_live import memory, rounds
from backend.devstack.bench_live.apps import Apps, Place
from backend.devstack.bench_live.faults import total
from backend.devstack.bench_live.job import Job
from backend.devstack.bench_live.publishing import Publisher

_FEW = 10
_AT_ONCE = 50
_ROUNDS = 5
_CHANGES = 50  # carts, and as many buyers' orders, in each round


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    """Own cart, own orders, one SKU; when all are there, each is told of the SKU and some of their own."""
    apps = Apps(job, channels=lambda place: (*_own(job, place), _stock(job)))
    await apps.come(range(_FEW), port=job.port, at_once=_AT_ONCE)
    async with rounds.updates(job) as updates:
        kib, used = memory.kib_of(job.server_pid), cpu.seconds_of(job.server_pid)
        seconds = await apps.come(range(_FEW, job.sockets), port=job.port, at_once=_AT_ONCE)
        each = 1 / (job.sockets - _FEW)
        figures = {
            "kib": (memory.kib_of(job.server_pid) - kib) * each,
            "seconds": seconds,
            "cpu_ms": 1000 * (cpu.seconds_of(job.server_pid) - used) * each,
        }
        for number in range(_ROUNDS):
            updates.witnesses.tell(updates.publisher, size=job.frame_bytes)
            places = range(number * _CHANGES, (number + 1) * _CHANGES)
            await _tell(job, apps, updates.publisher, [place % job.sockets for place in places])
        await updates.witnesses.end()
        return figures, total(apps.faults(), updates.witnesses.faults())


async def _tell(job: Job, apps: Apps, publisher: Publisher, places: list[Place]) -> None:
    channels = [channel for place in places for channel in _own(job, place)]
    told = {channel: apps.newest(channel) + 1 for channel in (*channels, _stock(job))}
    for channel, version in told.items():
        publisher.tell(channel, version=version, size=job.frame_bytes)
    for channel, version in told.items():
        await apps.reached(channel, version)


def _own(job: Job, place: Place) -> tuple[str, str]:
    buyer = job.buyers[place]
    return f"cart:{buyer['cart']}", f"orders:{buyer['user']}"


def _stock(job: Job) -> str:
    return f"stock:{job.sku}"
