"""Each row of the issue's table, under Daphne and uvicorn, each figure in servers of its own."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backend.devstack.bench import numbering
from backend.devstack.bench.shop import Shop
from backend.devstack.bench_live.faults import JUDGED, KINDS, total
from backend.devstack.bench_live.job import Job, Result
from backend.devstack.bench_live.row import Row
from backend.devstack.bench_live.runs import Runs
from backend.devstack.bench_live.scene import By
from backend.devstack.console import Console

_LISTENERS_BESIDE_DEAF = 500
_SHARE = 0.7
_KIB = 30


@dataclass(frozen=True)
class Sizes:
    """How many sockets, and how long a row."""

    sockets: int
    many: int
    storm: int
    seconds: float


class Live:
    """A running shop, and who listens to it."""

    def __init__(self, shop: Shop, *, people: dict[str, Any], sizes: Sizes, console: Console) -> None:
        self._sizes = sizes
        job = Job(
            kind="",
            port=0,
            server_pid=0,
            redis_url="",
            sku=numbering.sku(numbering.FIRST_SKU + 1),
            sockets=0,
            seconds=sizes.seconds,
            database_url=shop.database_url,
            staff=people["staff"],
            buyers=people["buyers"],
        )
        self._runs = Runs(shop, job=job, console=console)

    def rows(self, by: By, *, kinds: set[str]) -> Iterator[Row]:
        """Raises Failed."""
        made: dict[str, Callable[[By], Iterator[Row]]] = {
            "rate": self._rate,
            "orders": self._orders,
            "deaf": self._deaf,
            "storm": self._storm,
            "many": self._many,
            "apps": self._apps,
        }
        for kind, of in made.items():
            if kind in kinds:
                yield from of(by)

    def _rate(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("rate", by, sockets=self._sizes.sockets)
        bare = self._runs.bare("rate", by, sockets=self._sizes.sockets)
        name = f"deliveries per CPU second, {self._sizes.sockets} sockets, of the bare app's"
        if bare is None:
            yield _row(ours, name, by, 0, wanted=_SHARE, is_floor=True, beside=_beside(bare, ""))
            return
        seen, yardstick = ours.figures, bare.figures
        yield _row(
            ours,
            name,
            by,
            seen["per_cpu_second"] / yardstick["per_cpu_second"],
            wanted=_SHARE,
            is_floor=True,
            beside=(
                f"{seen['per_cpu_second']:,.0f} / {yardstick['per_cpu_second']:,.0f}; per second "
                f"{seen['per_second']:,.0f} / {yardstick['per_second']:,.0f}, clients' CPU "
                f"{100 * seen['load']:.0f} / {100 * yardstick['load']:.0f} % of a core"
            ),
        )

    def _orders(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("orders", by, sockets=self._sizes.sockets, has_own_news=False)
        figures = ours.figures
        pace = f"{figures['rate']:.0f} orders/s, {figures['deliveries'] + figures['fed']:,.0f} frames"
        for name, wanted in (("p50", 15), ("p99", 100)):
            text = f"commit to socket, {self._sizes.sockets} sockets, {name}"
            yield _row(ours, text, by, figures[name], wanted=wanted, unit="ms", beside=pace)

    def _deaf(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("deaf", by, sockets=min(self._sizes.sockets, _LISTENERS_BESIDE_DEAF))
        figures = ours.figures
        yield _row(
            ours,
            "20 clients that never read: others' p99, times as late",
            by,
            figures["after"] / figures["before"],
            wanted=1.5,
            beside=f"{figures['after']:.1f} ms / {figures['before']:.1f} ms while they read",
        )
        name = "20 clients that never read: memory"
        yield _row(ours, name, by, figures["mib"], wanted=32, unit="MiB")

    def _storm(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("storm", by, sockets=self._sizes.storm, processes=2)
        bare = self._runs.bare("storm", by, sockets=self._sizes.storm)
        yield _row(
            ours,
            f"{self._sizes.storm} clients reconnect at once: all have their snapshots",
            by,
            ours.figures["seconds"],
            wanted=2,
            unit="s",
            beside=(
                f"{ours.figures['cpu']:.2f} s of the server's CPU; "
                f"{_beside(bare, '{seconds:.2f} s to a first frame')}"
            ),
        )
        figures = ours.figures
        yield _row(
            ours,
            f"{self._sizes.storm} clients go on at once from where they were: all are up to date",
            by,
            figures["back"],
            wanted=2,
            unit="s",
            beside=(
                f"{figures['back_cpu']:.2f} s of the server's CPU; "
                f"{figures['recovered']:,.0f} of {figures['topics']:,.0f} topics recovered, "
                f"{figures['with_news']:,.0f} of them with news"
            ),
        )

    def _many(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("many", by, sockets=self._sizes.many)
        bare = self._runs.bare("many", by, sockets=self._sizes.many)
        figures = ours.figures
        name = f"{self._sizes.many} sockets on one process: memory each"
        beside = f"{_beside(bare, '{kib:.1f} KiB')}; a frame reaches all in {figures['round_ms']:.0f} ms"
        yield _row(ours, name, by, figures["kib"], wanted=_KIB, unit="KiB", beside=beside)
        yield _row(
            ours,
            f"Redis bytes per event, {self._sizes.many} subscribers to {figures['few']:.0f}",
            by,
            figures["bytes_many"] / figures["bytes_few"],
            wanted=1.01,
            beside=f"{figures['bytes_many']:,.0f} / {figures['bytes_few']:,.0f} bytes",
        )

    def _apps(self, by: By) -> Iterator[Row]:
        ours = self._runs.ours("apps", by, sockets=self._sizes.many)
        figures = ours.figures
        name = f"{self._sizes.many} apps signed in, three topics each, on one process: memory each"
        beside = (
            f"all came in {figures['seconds']:.0f} s, {figures['cpu_ms']:.2f} ms of the server's CPU each"
        )
        yield _row(ours, name, by, figures["kib"], wanted=_KIB, unit="KiB", beside=beside)


def _row(
    ours: Result,
    name: str,
    by: By,
    seen: float,
    *,
    wanted: float,
    unit: str = "",
    is_floor: bool = False,
    beside: str = "",
) -> Row:
    load = os.getloadavg()[0]
    return Row(ours.kind, name, by, seen, wanted, unit, is_floor, beside, ours.faults, load_average=load)


def _beside(bare: Result | None, figure: str) -> str:
    """What the bare app did of the same, if it could."""
    return "bare app: " + (figure.format(**bare.figures) if bare else "could not do it")


def faults(rows: Sequence[Row]) -> Row:
    """The last one: of all runs, each counted once."""
    runs = {(row.server, row.run): row.faults for row in rows}
    counts = total(*runs.values())
    seen = sum(counts[kind] for kind in KINDS)
    beside = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS) + f" of {counts[JUDGED]:,}"
    return Row("all", "lost, doubled or reordered frames, all runs", "both", seen, 0, beside=beside)
