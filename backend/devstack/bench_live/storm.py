"""Everybody loses the connection and comes back at the same moment: to look anew, then to go on."""

import asyncio
import time
from collections import Counter

from backend.devstack.bench import cpu
from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import rounds
from backend.devstack.bench_live.app import App, Told
from backend.devstack.bench_live.crowd import LATEST_SECONDS, Crowd, total
from backend.devstack.bench_live.job import Job

_AT_ONCE = 50
_FEED_SECONDS = 0.02


class Apps:
    """All of them: each buyer's own cart, and the SKU that all look at."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._apps: list[Socket] = []
        self._missing = 0
        self._everybody = asyncio.Event()

    async def come(self, *, at_once: int, since: list[dict[str, Told]] | None = None) -> float:
        """Returns after how many seconds each is up to date. Raises ConnectionError.

        With `since`, what each was told before, they go on from there.
        """
        began_at = time.monotonic()
        for start in range(0, self._job.sockets, at_once):
            places = range(start, min(start + at_once, self._job.sockets))
            self._missing = len(places)
            self._everybody.clear()
            self._apps += await asyncio.gather(*(self._connect(place, since) for place in places))
            try:
                await asyncio.wait_for(self._everybody.wait(), LATEST_SECONDS)
            except TimeoutError:
                failures = {app.failure for app in self._apps if app.failure}
                raise ConnectionError(f"{self._missing} without answers: {failures or 'open'}") from None
        return time.monotonic() - began_at

    def go(self) -> list[dict[str, Told]]:
        """What each had been told."""
        told = [app.told for app in self._apps if isinstance(app, App)]
        for app in self._apps:
            app.close()
        self._apps.clear()
        return told

    def cart(self, place: int) -> str:
        return f"cart:{self._job.buyers[place]['cart']}"

    async def _connect(self, place: int, since: list[dict[str, Told]] | None) -> Socket:
        loop = asyncio.get_running_loop()
        told = since[place] if since else {}
        made = await loop.create_connection(lambda: self._app(place, told), "127.0.0.1", self._job.port)
        return made[1]

    def _app(self, place: int, told: dict[str, Told]) -> Socket:
        if not self._job.redis_url:
            return Socket(path="/ws/", on_frame=lambda *_: self._ready())
        channels = (self.cart(place), f"stock:{self._job.sku}")
        since = {channel: told.get(channel) for channel in channels}
        return App(token=self._job.buyers[place]["token"], since=since, on_ready=self._ready)

    def _ready(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._everybody.set()


async def measure(job: Job) -> tuple[dict[str, float], dict[str, int]]:
    """Meanwhile staff read the orders' feed, fifty frames a second."""
    apps = Apps(job)
    await apps.come(at_once=_AT_ONCE)
    apps.go()
    if not job.redis_url:
        return {"seconds": await apps.come(at_once=job.sockets)}, total()
    async with rounds.updates(job, Crowd(port=job.port, is_stream=False)) as updates:
        feeding = asyncio.create_task(_feed(updates, job.frame_bytes))
        began_at = cpu.seconds_of(job.server_pid)
        figures = {"seconds": await apps.come(at_once=job.sockets)}
        figures["cpu"] = cpu.seconds_of(job.server_pid) - began_at
        before = apps.go()
        _change(apps, before, updates, job.frame_bytes)
        began_at = cpu.seconds_of(job.server_pid)
        figures["back"] = await apps.come(at_once=job.sockets, since=before)
        figures["back_cpu"] = cpu.seconds_of(job.server_pid) - began_at
        feeding.cancel()
        await updates.end()
        figures |= {"fed": len(updates.staff.arrivals)}
        recovered, faults = _judge(apps, before, apps.go())
        return figures | recovered, dict(faults + Counter(total(updates.staff)))


def _change(apps: Apps, told: list[dict[str, Told]], updates: rounds.Updates, size: int) -> None:
    """While they are away, every other cart changes."""
    for place in range(0, len(told), 2):
        version = told[place][apps.cart(place)].version + 1
        updates.publisher.tell(apps.cart(place), version=version, size=size)


def _judge(
    apps: Apps, before: list[dict[str, Told]], after: list[dict[str, Told]]
) -> tuple[dict[str, float], Counter[str]]:
    """How many topics were recovered, how many with news, and what those that were lack or have twice."""
    recovered, faults = {"topics": 0.0, "recovered": 0.0, "with_news": 0.0}, Counter[str]()
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        for channel, told in new.items():
            has_changed = channel == apps.cart(place) and place % 2 == 0
            wanted = (old[channel].version + 1,) if has_changed else ()
            recovered["topics"] += 1
            if told.is_recovered:
                recovered["recovered"] += 1
                recovered["with_news"] += bool(told.missed)
                faults["lost"] += len(set(wanted) - set(told.missed))
                faults["doubled"] += len(told.missed) - len(set(told.missed))
    return recovered, faults


async def _feed(updates: rounds.Updates, size: int) -> None:
    while True:
        updates.feed(size)
        await asyncio.sleep(_FEED_SECONDS)
