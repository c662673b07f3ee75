"""Everybody loses the connection and comes back at the same moment."""

import asyncio
import json
import time
from collections.abc import Callable

from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import rounds
from backend.devstack.bench_live.crowd import LATEST_SECONDS, Crowd, total
from backend.devstack.bench_live.job import Job

_AT_ONCE = 50
_FEED_SECONDS = 0.02


class App(Socket):
    """Speaks the apps' protocol: signs in, and wants each channel's snapshot, all in its first frame."""

    def __init__(self, *, token: str, channels: list[str], on_ready: Callable[[], None]) -> None:
        super().__init__(path="/ws/", on_frame=lambda *_: None)
        commands = [{"connect": {"token": token}}, *({"subscribe": {"channel": one}} for one in channels)]
        lines = (json.dumps({"id": number, **command}) for number, command in enumerate(commands, 1))
        self._first = "\n".join(lines)
        self._missing = len(channels)
        self._on_ready = on_ready

    def _open(self) -> bool:
        is_open = super()._open()
        if is_open:
            self.send(self._first)
        return is_open

    def _take(self, opcode: int, payload: bytes) -> None:
        super()._take(opcode, payload)
        if b'"error":' in payload:
            self.failure = payload.decode()
        snapshots = payload.count(b'"type":"snapshot"')
        self._missing -= snapshots
        if snapshots and self._missing == 0:
            self._on_ready()
        if b"{}" in payload.split(b"\n"):
            self.send("{}")


class Apps:
    """All of them: each buyer's own cart, and the SKU that all look at."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._apps: list[Socket] = []
        self._missing = 0
        self._everybody = asyncio.Event()

    async def come(self, *, at_once: int) -> float:
        """Returns after how many seconds each has its snapshots. Raises ConnectionError."""
        began_at = time.monotonic()
        for start in range(0, self._job.sockets, at_once):
            places = range(start, min(start + at_once, self._job.sockets))
            self._missing = len(places)
            self._everybody.clear()
            self._apps += await asyncio.gather(*(self._connect(place) for place in places))
            try:
                await asyncio.wait_for(self._everybody.wait(), LATEST_SECONDS)
            except TimeoutError:
                failures = {app.failure for app in self._apps if app.failure}
                raise ConnectionError(f"{self._missing} without snapshots: {failures or 'open'}") from None
        return time.monotonic() - began_at

    def go(self) -> None:
        for app in self._apps:
            app.close()
        self._apps.clear()

    async def _connect(self, place: int) -> Socket:
        loop = asyncio.get_running_loop()
        made = await loop.create_connection(lambda: self._app(place), "127.0.0.1", self._job.port)
        return made[1]

    def _app(self, place: int) -> Socket:
        if not self._job.redis_url:
            return Socket(path="/ws/", on_frame=lambda *_: self._ready())
        buyer = self._job.buyers[place]
        channels = [f"cart:{buyer['cart']}", f"stock:{self._job.sku}"]
        return App(token=buyer["token"], channels=channels, on_ready=self._ready)

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
        seconds = await apps.come(at_once=job.sockets)
        feeding.cancel()
        await updates.end()
        apps.go()
        return {"seconds": seconds, "fed": len(updates.staff.arrivals)}, total(updates.staff)


async def _feed(updates: rounds.Updates, size: int) -> None:
    while True:
        updates.feed(size)
        await asyncio.sleep(_FEED_SECONDS)
