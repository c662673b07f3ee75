"""Who listens beside what is measured, and counts: staff at all orders, buyers at their carts and orders."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import cycle

from backend.devstack.bench_live.crowd import Crowd
from backend.devstack.bench_live.job import Job
from backend.devstack.bench_live.publishing import Publisher

BUYERS = 5  # the last ones of a job
_STAFF = 5
FEED = "/ws/orders/?scope=all"
_FEED_TOPIC = "orders:all"


class Stream:
    """A topic of which every version counts, and who listens to it, in each of the web processes."""

    def __init__(self, topic: str, path: str, token: str, *, ports: Sequence[int]) -> None:
        self.crowds = [Crowd(port=port, is_stream=True) for port in ports]
        self._topic, self._path, self._token = topic, path, token
        self.version = 0

    async def open(self, *, number: int) -> None:
        """So many in each process. Raises ConnectionError."""
        for crowd in self.crowds:
            await crowd.open([(self._path, self._token)] * number)
        self.version = max(crowd.newest() for crowd in self.crowds)

    def tell(self, publisher: Publisher, *, size: int) -> None:
        """The next version, in a frame of so many bytes."""
        self.version += 1
        publisher.tell(self._topic, version=self.version, size=size)

    async def end(self) -> None:
        """Everybody has all of it, or has lost something."""
        await asyncio.gather(*(crowd.end(self.version) for crowd in self.crowds))


class Witnesses:
    """Closed when the context ends."""

    def __init__(self, job: Job, *, ports: Sequence[int]) -> None:
        self._feed = Stream(_FEED_TOPIC, FEED, job.staff, ports=ports)
        self._own = [
            Stream(topic, path, buyer["token"], ports=ports)
            for buyer in job.buyers[-BUYERS:]
            for topic, path in (
                (f"cart:{buyer['cart']}", "/ws/cart/"),
                (f"orders:{buyer['user']}", "/ws/orders/"),
            )
        ]
        self._turns = cycle(self._own)

    @property
    def feed_version(self) -> int:
        """How far the feed of all orders has been told."""
        return self._feed.version

    async def open(self) -> None:
        """Raises ConnectionError."""
        await self._feed.open(number=_STAFF)
        for stream in self._own:
            await stream.open(number=1)

    def tell(self, publisher: Publisher, *, size: int) -> None:
        """A frame of the feed of all orders, and one of the next cart or buyer's orders."""
        self.tell_feed(publisher, size=size)
        next(self._turns).tell(publisher, size=size)

    def tell_feed(self, publisher: Publisher, *, size: int) -> None:
        """A frame of the feed alone."""
        self._feed.tell(publisher, size=size)

    async def end(self) -> None:
        """Everybody has all that was told, or has lost something."""
        await asyncio.gather(*(stream.end() for stream in (self._feed, *self._own)))

    def faults(self) -> Counter[str]:
        """Of all of them."""
        return sum((crowd.faults for crowd in self._crowds()), Counter())

    def close(self) -> None:
        for crowd in self._crowds():
            crowd.close()

    def _crowds(self) -> list[Crowd]:
        return [crowd for stream in (self._feed, *self._own) for crowd in stream.crowds]
