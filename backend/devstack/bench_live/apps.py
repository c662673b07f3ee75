"""Many apps, each signed in as somebody else, who come together and go together."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import faults
from backend.devstack.bench_live.app import App, Told
from backend.devstack.bench_live.crowd import LATEST_SECONDS
from backend.devstack.bench_live.job import Job
from backend.outbox import wire

type Place = int  # of a buyer of the job
_LOOK_SECONDS = 0.05


class Apps:
    """With the bare app, sockets that wait for its first frame."""

    def __init__(self, job: Job, *, channels: Callable[[Place], Sequence[str]]) -> None:
        """`channels` says which topics the app in each place listens to."""
        self._job = job
        self._channels = channels
        self._apps: list[Socket] = []
        self._missing = 0
        self._everybody = asyncio.Event()

    async def come(
        self, places: range, *, port: int, at_once: int = 0, since: Sequence[dict[str, Told]] = ()
    ) -> float:
        """Returns after how many seconds each is up to date. Raises ConnectionError.

        All at once, or so many. With `since`, what each was told before, they go on from there.
        """
        began_at = time.monotonic()
        step = at_once or len(places)
        for some in (places[start : start + step] for start in range(0, len(places), step)):
            self._missing = len(some)
            self._everybody.clear()
            self._apps += await asyncio.gather(*(self._connect(place, port, since) for place in some))
            try:
                await asyncio.wait_for(self._everybody.wait(), LATEST_SECONDS)
            except TimeoutError:
                failures = {app.failure for app in self._apps if app.failure}
                raise ConnectionError(f"{self._missing} without answers: {failures or 'open'}") from None
        return time.monotonic() - began_at

    async def reached(self, channel: str, version: int) -> None:
        """Wait until each who listens to the channel has this version; whoever has not has lost something."""
        listening = [app for app in self._signed_in() if channel in app.versions]
        deadline = time.monotonic() + LATEST_SECONDS
        while (behind := _behind(listening, channel, version)) and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_SECONDS)
        for app in behind:
            lost = version - app.versions[channel] if wire.is_stream(channel) else 1
            app.faults["lost"] += lost

    def newest(self, channel: str) -> int:
        """The newest version that any of them has; 0 where nobody listens."""
        return max((app.versions.get(channel, 0) for app in self._signed_in()), default=0)

    def faults(self) -> dict[str, int]:
        """Of all that are here."""
        return faults.total(*(app.faults for app in self._signed_in()))

    def go(self) -> tuple[list[dict[str, Told]], Counter[str]]:
        """What each had been told when it came, and the faults of what it was told since."""
        told, found = [app.told for app in self._signed_in()], Counter(self.faults())
        for app in self._apps:
            app.close()
        self._apps.clear()
        return told, found

    def _signed_in(self) -> list[App]:
        return [app for app in self._apps if isinstance(app, App)]

    async def _connect(self, place: Place, port: int, since: Sequence[dict[str, Told]]) -> Socket:
        loop = asyncio.get_running_loop()
        told = since[place] if since else {}
        made = await loop.create_connection(lambda: self._app(place, told), "127.0.0.1", port)
        return made[1]

    def _app(self, place: Place, told: dict[str, Told]) -> Socket:
        if not self._job.redis_url:
            return Socket(path="/ws/", on_frame=lambda *_: self._ready())
        since = {channel: told.get(channel) for channel in self._channels(place)}
        return App(token=self._job.buyers[place]["token"], since=since, on_ready=self._ready)

    def _ready(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._everybody.set()


def _behind(apps: Sequence[App], channel: str, version: int) -> list[App]:
    return [app for app in apps if app.versions[channel] < version]
