"""A small shop, where others were seen to do the same (peers.py), and a large one beside it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from backend.devstack.bench import reads, shop, writes
from backend.devstack.bench.deep import Deep
from backend.devstack.bench.measuring import Measure
from backend.devstack.bench.row import Row
from backend.devstack.bench.writes import Writes
from backend.devstack.console import Console

SMALL, LARGE = 1_000, 100_000
MOST = 1.5

type Once = Callable[[Measure, Writes], Row]

COMPARED: dict[str, Once] = {
    reads.LIST: lambda measure, _: reads.uncached(measure, reads.LIST, "lists", None),
    reads.SEARCH: lambda measure, _: reads.search(measure),
    writes.MANY: lambda _, writing: writing.one(writes.MANY, "many", None),
}
# What peers.py compares.
PEERS: dict[str, Once] = {
    reads.LIST_CACHED: lambda measure, _: reads.cached(measure, reads.LIST_CACHED, "popular lists", None),
    reads.LIST: COMPARED[reads.LIST],
    reads.DETAIL_CACHED: lambda measure, _: reads.cached(
        measure, reads.DETAIL_CACHED, "popular details", None
    ),
    reads.DETAIL: lambda measure, _: reads.uncached(measure, reads.DETAIL, "details", None),
    writes.ADD: lambda _, writing: writing.one(writes.ADD, "add", None),
    writes.ORDER: lambda _, writing: writing.order(),
    writes.WHOLE: lambda _, writing: writing.whole(),
}


@dataclass
class Scale:
    """How long each row is measured, how often, and in how large shops; afterwards, the large one's plans."""

    seconds: float
    repeats: int
    console: Console
    small: int = SMALL
    large: int = LARGE
    plans: dict[int, str] = field(default_factory=dict)

    def rows(self, kinds: Collection[str]) -> Iterator[Row]:
        """Of `peers`, the small shop's, by name with its size; of `scale`, the large one's against it."""
        with self._shop(self.small) as small:
            if "peers" in kinds:
                for name, once in PEERS.items():
                    yield self._named(small[0].row(name, partial(once, *small)))
            if "scale" in kinds:
                yield from self._compared(*small)
            small[1].audit()

    def _compared(self, measure: Measure, writing: Writes) -> Iterator[Row]:
        with self._shop(self.large) as large:
            for name, once in COMPARED.items():
                yield self._pair(name, partial(once, measure, writing), partial(once, *large))
            yield from Deep(large[0]).rows(suffix=f", {self.large:,} products")
            large[1].audit()
            self.plans[self.large] = large[0].plans()

    @contextmanager
    def _shop(self, products: int) -> Iterator[tuple[Measure, Writes]]:
        seconds = self.seconds * self.repeats
        buyers = round(writes.BUYERS_A_SECOND * seconds)
        # Peers and scale both ask for lists, and none may come twice.
        sizes = {"products": products, "buyers": buyers, "reads": reads.needed(2 * seconds)}
        with shop.running(**sizes, programs=shop.ALL, console=self.console) as running:
            measure = Measure(running, self.seconds, self.repeats, self.console.say)
            yield measure, Writes(measure, buyers=buyers)

    def _pair(self, name: str, small: Callable[[], Row], large: Callable[[], Row]) -> Row:
        """In turn, so that both meet the same weather on a machine that has other things to do."""
        self.console.say(f"measuring {name}, with {self.small:,} and with {self.large:,} products")
        pairs = [(small(), large()) for _ in range(self.repeats)]
        return Row.middle([self._against(other, one) for one, other in pairs])

    def _named(self, row: Row) -> Row:
        return replace(row, name=f"{row.name}, {self.small:,} products", least=None)

    def _against(self, large: Row, small: Row) -> Row:
        return Row(
            name=f"p95 of {large.name}, {self.large:,} products, ms",
            ratio=large.delays.p95 / small.delays.p95,
            yardstick=f"{self.small:,} products",
            rate=large.delays.p95,
            yardstick_rate=small.delays.p95,
            delays=large.delays,
            queries=large.queries,
            cpu_ms=large.cpu_ms,
            most=MOST,
        )
