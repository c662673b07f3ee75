"""Many sockets of one kind, who wait together and notice what is lost, doubled or out of order."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from itertools import batched

from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import faults

LATEST_SECONDS = 20
_AT_ONCE = 50  # handshakes, where it is not a storm that is measured


class Crowd:
    """Of streams (carts, orders) every version counts; of stock they may be skipped, but only rise."""

    def __init__(self, *, port: int, is_stream: bool) -> None:
        self.sockets: list[Socket] = []
        self.arrivals: list[tuple[Socket, int, float]] = []
        self.faults: Counter[str] = Counter()
        self._port = port
        self._is_stream = is_stream
        self._target = 0
        self._missing = 0
        self._everybody = asyncio.Event()

    async def open(self, paths: Iterable[tuple[str, str]]) -> None:
        """A socket for each path and token; returns when each has its first frame. Raises ConnectionError."""
        for some in batched(paths, _AT_ONCE):
            self.sockets += await asyncio.gather(*(self._connect(path, token) for path, token in some))
            await self.reached(0)

    async def reached(self, version: int) -> None:
        """Wait until every socket has this version or a newer one. Raises ConnectionError."""
        self._target = version
        self._missing = sum(socket.version is None or socket.version < version for socket in self.sockets)
        self._everybody.clear()
        if not self._missing:
            return
        try:
            await asyncio.wait_for(self._everybody.wait(), LATEST_SECONDS)
        except TimeoutError:
            raise ConnectionError(self._why(version)) from None

    def newest(self) -> int:
        """The newest version that any socket has."""
        return max((socket.version or 0 for socket in self.sockets), default=0)

    def lack(self, version: int) -> None:
        """At the end: what has not come is lost. Of stock only the newest counts."""
        for socket in self.sockets:
            behind = version - (socket.version or 0)
            self.faults["lost"] += max(0, behind if self._is_stream else min(1, behind))

    async def end(self, version: int) -> None:
        """Wait until every socket has this version; who has not when it is too late, has lost something."""
        try:
            await self.reached(version)
        except ConnectionError:
            self.lack(version)

    def close(self) -> None:
        for socket in self.sockets:
            socket.close()

    async def _connect(self, path: str, token: str) -> Socket:
        loop = asyncio.get_running_loop()
        made = await loop.create_connection(
            lambda: Socket(path=path, token=token, on_frame=self._came), "127.0.0.1", self._port
        )
        return made[1]

    def _came(self, socket: Socket, before: int, _: int) -> None:
        assert socket.version is not None
        if before >= 0:
            self.arrivals.append((socket, socket.version, time.monotonic()))
            faults.judge(self.faults, socket.version - before, is_stream=self._is_stream)
        if before < self._target <= socket.version or before < 0 == self._target:
            self._missing -= 1
            if not self._missing:
                self._everybody.set()

    def _why(self, version: int) -> str:
        failures = {socket.failure for socket in self.sockets if socket.failure}
        return f"{self._missing} sockets did not get version {version}: {failures or 'still open'}"
