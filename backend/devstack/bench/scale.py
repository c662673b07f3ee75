"""The same questions in a small shop and in a large one; and what others were seen to do in a small one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from backend.devstack.bench import reads, shop, writes
from backend.devstack.bench.measuring import Measure
from backend.devstack.bench.row import Row
from backend.devstack.bench.writes import Writes
from backend.devstack.console import Console

SMALL, LARGE = 1_000, 100_000
MOST = 1.5

type Rows = dict[str, Row]


@dataclass(frozen=True)
class Scale:
    """How long each row is measured, and how often."""

    seconds: float
    repeats: int
    console: Console

    def rows(self) -> Iterator[Row]:
        """The small shop's rows, by name with its size, then what the large one's p95 are against its."""
        small = self._shop(SMALL, self._small)
        yield from small.values()
        large = self._shop(LARGE, self._compared)
        for name, row in large.items():
            yield _against(row, small[name])

    def _shop(self, products: int, measured: Callable[[Measure, Writes], Iterator[Row]]) -> Rows:
        buyers = round(writes.BUYERS_A_SECOND * self.seconds * self.repeats)
        sizes = {"products": products, "buyers": buyers, "reads": reads.needed(self.seconds * self.repeats)}
        with shop.running(**sizes, programs=shop.ALL, console=self.console) as running:
            measure = Measure(running, self.seconds, self.repeats, self.console.say)
            writing = Writes(measure, buyers=buyers)
            found = {row.name: _named(row, products) for row in measured(measure, writing)}
            writing.audit()
            return found

    def _compared(self, measure: Measure, writing: Writes) -> Iterator[Row]:
        yield measure.row(reads.LIST, partial(reads.uncached, measure, reads.LIST, "lists", None))
        yield measure.row(reads.SEARCH, partial(reads.search, measure))
        yield measure.row(writes.MANY, partial(writing.one, writes.MANY, "many", None))

    def _small(self, measure: Measure, writing: Writes) -> Iterator[Row]:
        """And what peers.py compares."""
        yield from self._compared(measure, writing)
        for name, file in ((reads.LIST_CACHED, "popular lists"), (reads.DETAIL_CACHED, "popular details")):
            yield measure.row(name, partial(reads.cached, measure, name, file, None))
        yield measure.row(reads.DETAIL, partial(reads.uncached, measure, reads.DETAIL, "details", None))
        yield measure.row(writes.ADD, partial(writing.one, writes.ADD, "add", None))
        yield measure.row(writes.WHOLE, writing.whole)


def _named(row: Row, products: int) -> Row:
    return replace(row, name=f"{row.name}, {products:,} products", least=None)


def _against(large: Row, small: Row) -> Row:
    return Row(
        name=f"p95 of {large.name}, ms",
        ratio=large.delays.p95 / small.delays.p95,
        yardstick=f"{SMALL:,} products",
        rate=large.delays.p95,
        yardstick_rate=small.delays.p95,
        delays=large.delays,
        queries=large.queries,
        cpu_ms=large.cpu_ms,
        most=MOST,
        spread=max(large.spread, small.spread),
    )
