"""The rows of deep pages: the middle page of what is found, beside its first.

Asked in turn and one at a time, so that a page's time is its own, and both meet the same weather on a machine
that has other things to do.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count
from math import ceil
from typing import NamedTuple
from urllib.parse import urlencode

from backend.devstack.bench import catalogue, requests
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.measuring import Measure
from backend.devstack.bench.questions import PAGE, PRODUCTS
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed
from backend.devstack.bench.wire import Unexpected, Wire

MOST = 2.0
FOUND = {
    "all by name": {"ordering": "name"},
    "all by price": {"ordering": "price"},
    "a department by name": {"category": catalogue.slug(0), "ordering": "name"},
    "a range of prices by name": {"min_price": "20", "max_price": "500", "ordering": "name"},
    "a range of prices by age": {"min_price": "20", "max_price": "500"},
    "a small range by name": {"min_price": "50", "max_price": "100", "ordering": "name"},
    "a department's range by name": {"category": catalogue.slug(0), "min_price": "20", "ordering": "name"},
    "a broad search": {"search": catalogue.BROADEST},
}
_ASKED = 150  # of each page, for each measurement


class Asked(NamedTuple):
    """How long each of the two pages took."""

    first: Delays
    middle: Delays


class Deep:
    """The rows of one shop. Each request comes to another host, so that none is answered from a cache."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._hosts = (f"deep{place}{requests.OTHER_HOSTS}" for place in count())

    def rows(self, *, suffix: str = "") -> Iterator[Row]:
        """Named with the suffix. Raises Failed."""
        for found, words in FOUND.items():
            name = f"middle page of {found}{suffix}, p50 in ms"
            yield self._measure.row(name, partial(self._once, name, words))

    def _once(self, name: str, words: Mapping[str, str]) -> Row:
        try:
            asked = asyncio.run(self._ask(words))
        except (Unexpected, OSError, EOFError) as failure:
            raise Failed(f"{name}: {failure}") from failure
        return Row(
            name=name,
            ratio=asked.middle.p50 / asked.first.p50,
            yardstick="its first page",
            rate=asked.middle.p50,
            yardstick_rate=asked.first.p50,
            delays=asked.middle,
            most=MOST,
        )

    async def _ask(self, words: Mapping[str, str]) -> Asked:
        wire = await Wire.open(self._measure.shop.api_port)
        found = (await wire.ask(self._get(words, page=1)))["count"]
        pages = (1, middle_page(found))
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(_ASKED):
            for page, seconds in zip(pages, times, strict=True):
                began_at = time.perf_counter()
                await wire.fetch(self._get(words, page=page))
                seconds.append(time.perf_counter() - began_at)
        await wire.close()
        return Asked(*map(Delays.of, times))

    def _get(self, words: Mapping[str, str], *, page: int) -> str:
        path = f"{PRODUCTS}?{urlencode({**words, 'page': page})}"
        return requests.get(path, host=next(self._hosts))


def middle_page(found: int) -> int:
    """Of so many products. Its way from the nearer end is the longest."""
    return max(1, ceil(ceil(found / PAGE) / 2))
