"""Opens sockets of one topic and listens, a process of its own: how many deliveries, and how late.

`python -m backend.devstack.bench.listen` reads a Job as JSON and prints a Result. First rounds back to back:
two are on their way, and the next is made when the older has reached every socket. Then rounds by the clock,
three a second, whose delay from commit to socket is taken for each socket.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from backend.devstack.bench import cpu
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench.triggers import Commits, Trigger, Words

ROUNDS_A_SECOND = 3  # the shop tells one SKU's stock four times a second
_LATEST_SECONDS = 20
_WARM_UP_ROUNDS = 5


@dataclass(frozen=True)
class Job:
    """`sku` empty: the server is the bare app, and its frames have `frame_bytes`."""

    port: int
    sku: str
    frame_bytes: int
    sockets: int
    seconds: float
    server_pid: int


@dataclass(frozen=True)
class Result:
    """CPU and deliveries are those of the rounds back to back."""

    deliveries: int
    rounds: int
    seconds: float
    delays: Delays
    frame_bytes: int
    load_cpu: float
    server_cpu: float


class Listeners:
    """All sockets together."""

    def __init__(self, job: Job) -> None:
        self.arrivals: list[tuple[int, float]] = []
        self.frame_bytes = 0
        self._job = job
        self._sockets: list[Socket] = []
        self._target = 0
        self._missing = 0
        self._everybody = asyncio.Event()

    async def open(self) -> None:
        """Returns when each has its first frame. Raises ConnectionError, TimeoutError."""
        path = f"/ws/stock/?sku={self._job.sku}"
        for _ in range(self._job.sockets):
            self._sockets.append(await connect(self._job.port, path, self._came))
        await self.reached(0)

    async def reached(self, version: int) -> None:
        """Wait until every socket has this version or a newer one. Raises ConnectionError, TimeoutError."""
        self._target = version
        self._missing = sum(socket.version is None or socket.version < version for socket in self._sockets)
        self._everybody.clear()
        if self._missing:
            try:
                await asyncio.wait_for(self._everybody.wait(), _LATEST_SECONDS)
            except TimeoutError:
                raise ConnectionError(self._why(version)) from None

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()

    def _came(self, socket: Socket, before: int, size: int) -> None:
        assert socket.version is not None
        self.arrivals.append((socket.version, time.monotonic()))
        self.frame_bytes = size
        if before < self._target <= socket.version:
            self._missing -= 1
            if not self._missing:
                self._everybody.set()

    def _why(self, version: int) -> str:
        failures = {socket.failure for socket in self._sockets if socket.failure}
        return f"{self._missing} sockets did not get version {version}: {failures or 'still open'}"


async def connect(port: int, path: str, on_frame: Callable[[Socket, int, int], None]) -> Socket:
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: Socket(path=path, on_frame=on_frame), "127.0.0.1", port)
    return socket


async def measure(job: Job) -> Result:
    """Raises ConnectionError."""
    listeners = Listeners(job)
    await listeners.open()
    async with _trigger(job) as trigger:
        for _ in range(_WARM_UP_ROUNDS):
            await listeners.reached((await trigger.fire())[0])
        listeners.arrivals.clear()
        before = _processors(job)
        rounds, seconds = await _back_to_back(listeners, trigger, job.seconds)
        load, server = (after - start for start, after in zip(before, _processors(job), strict=True))
        deliveries = len(listeners.arrivals)
        delays = await _by_the_clock(listeners, trigger, job.seconds)
    listeners.close()
    return Result(deliveries, rounds, seconds, delays, listeners.frame_bytes, load, server)


async def _back_to_back(listeners: Listeners, trigger: Trigger, seconds: float) -> tuple[int, float]:
    began_at, rounds = time.monotonic(), 1
    older, _ = await trigger.fire()
    while time.monotonic() - began_at < seconds:
        newer, _ = await trigger.fire()
        await listeners.reached(older)
        older, rounds = newer, rounds + 1
    await listeners.reached(older)
    return rounds, time.monotonic() - began_at


async def _by_the_clock(listeners: Listeners, trigger: Trigger, seconds: float) -> Delays:
    """Each round at its time, whether or not the one before is through.

    The first one keeps its distance from the rounds before, too: the shop would hold it back.
    """
    listeners.arrivals.clear()
    moments: dict[int, float] = {}
    began_at = time.monotonic()
    for place in range(1, 1 + max(2, round(seconds * ROUNDS_A_SECOND))):
        await asyncio.sleep(began_at + place / ROUNDS_A_SECOND - time.monotonic())
        version, moment = await trigger.fire()
        moments[version] = moment
    await listeners.reached(max(moments))
    return Delays.of(at - moments[version] for version, at in listeners.arrivals)


def _processors(job: Job) -> tuple[float, float]:
    return time.process_time(), cpu.seconds_of(job.server_pid)


@asynccontextmanager
async def _trigger(job: Job) -> AsyncIterator[Trigger]:
    if not job.sku:
        # What is said before the handshake is over would be lost.
        is_open = asyncio.Event()
        control = await connect(job.port, "/control", lambda *_: is_open.set())
        await asyncio.wait_for(is_open.wait(), _LATEST_SECONDS)
        yield Words(control, frame_bytes=job.frame_bytes)
        control.close()
        return
    commits = await Commits.start(job.sku)
    try:
        yield commits
    finally:
        await commits.stop()


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(measure(Job(**json.load(sys.stdin)))))))
