"""The same questions in a small shop and in a large one; and what others were seen to do in a small one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from backend.devstack.bench import reads, shop, writes
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
# And what peers.py compares.
ALONE: dict[str, Once] = {
    reads.LIST_CACHED: lambda measure, _: reads.cached(measure, reads.LIST_CACHED, "popular lists", None),
    reads.DETAIL_CACHED: lambda measure, _: reads.cached(
        measure, reads.DETAIL_CACHED, "popular details", None
    ),
    reads.DETAIL: lambda measure, _: reads.uncached(measure, reads.DETAIL, "details", None),
    writes.ADD: lambda _, writing: writing.one(writes.ADD, "add", None),
    writes.WHOLE: lambda _, writing: writing.whole(),
}


@dataclass
class Scale:
    """How long each row is measured, and how often; afterwards, the large shop's plans (explain.py)."""

    seconds: float
    repeats: int
    console: Console
    plans: str = ""

    def rows(self) -> Iterator[Row]:
        """The small shop's, by name with its size, then what the large one's p95 are against its."""
        with self._shop(SMALL) as small:
            with self._shop(LARGE) as large:
                for name, once in COMPARED.items():
                    yield from self._pair(name, partial(once, *small), partial(once, *large))
                large[1].audit()
                self.plans = large[0].plans()
            for name, once in ALONE.items():
                yield _named(small[0].row(name, partial(once, *small)))
            small[1].audit()

    @contextmanager
    def _shop(self, products: int) -> Iterator[tuple[Measure, Writes]]:
        buyers = round(writes.BUYERS_A_SECOND * self.seconds * self.repeats)
        sizes = {"products": products, "buyers": buyers, "reads": reads.needed(self.seconds * self.repeats)}
        with shop.running(**sizes, programs=shop.ALL, console=self.console) as running:
            measure = Measure(running, self.seconds, self.repeats, self.console.say)
            yield measure, Writes(measure, buyers=buyers)

    def _pair(self, name: str, small: Callable[[], Row], large: Callable[[], Row]) -> Iterator[Row]:
        """In turn, so that both meet the same weather on a machine that has other things to do."""
        self.console.say(f"measuring {name}, with {SMALL:,} and with {LARGE:,} products")
        pairs = [(small(), large()) for _ in range(self.repeats)]
        yield _named(Row.middle([one for one, _ in pairs]))
        yield Row.middle([_against(other, one) for one, other in pairs])


def _named(row: Row) -> Row:
    return replace(row, name=f"{row.name}, {SMALL:,} products", least=None)


def _against(large: Row, small: Row) -> Row:
    return Row(
        name=f"p95 of {large.name}, {LARGE:,} products, ms",
        ratio=large.delays.p95 / small.delays.p95,
        yardstick=f"{SMALL:,} products",
        rate=large.delays.p95,
        yardstick_rate=small.delays.p95,
        delays=large.delays,
        queries=large.queries,
        cpu_ms=large.cpu_ms,
        most=MOST,
    )
