"""`make bench`: how fast the shop is, as ratios to what this machine can do, in one run."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from backend.devstack.bench import (
    carriers,
    memory,
    peers,
    plans,
    reads,
    report,
    scale,
    shop,
    sockets,
    table,
    writes,
)
from backend.devstack.bench.carriers import Carriers
from backend.devstack.bench.deep import Deep
from backend.devstack.bench.measuring import CONNECTIONS, Measure
from backend.devstack.bench.row import Row
from backend.devstack.bench.scale import Scale
from backend.devstack.bench.shop import Shop
from backend.devstack.bench.surroundings import API_WORKERS
from backend.devstack.bench.writes import Writes
from backend.devstack.console import Console
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.valkey import ValkeyFailed

_KINDS = ("reads", "deep", "writes", "memory", "sockets", "servers", "peers", "scale")
_USUAL = tuple(kind for kind in _KINDS if kind not in ("servers", "scale"))


class Bench:
    """One run of what was asked for."""

    def __init__(self, given: argparse.Namespace, console: Console) -> None:
        self._given = given
        self._console = console
        self.plans: dict[int, str] = {}  # by how many products the shop had

    def rows(self) -> Iterator[Row]:
        """One after the other, as they are measured. Raises Failed, PostgresFailed, ValkeyFailed."""
        given = self._given
        if set(given.only) - {"peers", "scale"}:
            buyers = round(writes.BUYERS_A_SECOND * given.seconds * given.repeats)
            made = buyers + ("servers" in given.only) * carriers.needed(buyers)
            sizes = {"products": given.products, "buyers": made}
            sizes["reads"] = reads.needed(given.seconds * given.repeats)
            with shop.running(**sizes, programs=shop.ALL, console=self._console) as running:
                yield from self._of(running, buyers)
        if {"peers", "scale"} & set(given.only):
            scaled = Scale(given.seconds, given.repeats, self._console, *given.sizes)
            yield from scaled.rows(given.only)
            self.plans |= scaled.plans

    def _of(self, running: Shop, buyers: int) -> Iterator[Row]:
        given = self._given
        measure = Measure(running, given.seconds, given.repeats, self._console.say)
        kinds: dict[str, Callable[[], Iterator[Row]]] = {
            "reads": lambda: reads.rows(measure),
            "deep": lambda: Deep(measure).rows(),
            "writes": lambda: Writes(measure, buyers=buyers).rows(),
            "memory": lambda: memory.rows(measure, console=self._console, early=1000, late=given.requests),
            "sockets": lambda: sockets.rows(running, sockets=given.sockets, seconds=given.seconds),
            "servers": lambda: Carriers(measure, console=self._console).rows(),
        }
        for kind, measured in kinds.items():
            if kind in given.only:
                yield from measured()
        if "reads" in given.only:
            self.plans[given.products] = measure.plans()


def main() -> None:
    """Exits with one line, and not with 0, when something could not be measured."""
    given = _parser().parse_args()
    # As Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began_at, load, console, rows = time.monotonic(), report.load_of_machine(), Console([]), []
    bench = Bench(given, console)
    try:
        for row in bench.rows():
            console.say(f"{row.name}: {row.rate:,.1f}, {row.ratio:.3f} of {row.yardstick}")
            rows.append(row)
    except (shop.Failed, PostgresFailed, ValkeyFailed, subprocess.TimeoutExpired) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    about = (
        f"{given.products:,} products with 3 variants unless said otherwise, {API_WORKERS} workers, "
        f"{CONNECTIONS} connections, "
        f"{given.repeats} times {given.seconds:g} s a row, {time.monotonic() - began_at:.0f} s in all"
    )
    explained = [f"{size:,} products: {plans.headline(text)}" for size, text in sorted(bench.plans.items())]
    print("\n".join(table.lines(rows, about=about, explained=explained)))
    print("\n".join(peers.lines(rows, products=given.sizes[0])))
    file = report.write(rows, about=about, load=load, file=given.json)
    texts = [f"{size:,} products: {text}" for size, text in sorted(bench.plans.items())]
    file.with_suffix(".explain.txt").write_text("\n\n\n".join(texts))
    console.say(f"kept in {file}; the plans in {file.with_suffix('.explain.txt')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="how long each measurement takes (3)")
    parser.add_argument("--repeats", type=int, default=3, help="how many measurements a row is made of (3)")
    parser.add_argument("--products", type=int, default=10_000, help="how large the catalogue is (10000)")
    parser.add_argument("--sockets", type=int, default=500, help="how many listen to one topic (500)")
    parser.add_argument("--requests", type=int, default=100_000, help="for the row of memory (100000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    words = "how large the shops of peers and scale are (1000 100000)"
    sizes = (scale.SMALL, scale.LARGE)
    parser.add_argument("--sizes", type=int, nargs=2, default=sizes, metavar=("SMALL", "LARGE"), help=words)
    words = f"of {', '.join(_KINDS)}; usually all but servers and scale, which needs a large shop"
    parser.add_argument("--only", nargs="+", choices=_KINDS, default=_USUAL, help=words)
    return parser


if __name__ == "__main__":
    main()
