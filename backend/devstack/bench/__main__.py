"""`make bench`: how fast the shop is, as ratios to what this machine can do, in one run."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from backend.devstack.bench import shop, sockets, table
from backend.devstack.bench.rest import CONNECTIONS, Rest
from backend.devstack.bench.row import Row
from backend.devstack.console import Console
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.valkey import ValkeyFailed

# For each row that writes: more than one web process serves, and enough for pgbench to be measured by.
_BUYERS_A_SECOND = 800


def main() -> None:
    """Exits with one line, and not with 0, when something could not be measured."""
    given = _parser().parse_args()
    # As Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began_at = time.monotonic()
    console = Console([])
    try:
        rows = []
        for row in _rows(given, console):
            console.say(f"{row.name}: {row.rate:,.1f}, {row.ratio:.3f} of {row.yardstick}")
            rows.append(row)
    except (shop.Failed, PostgresFailed, ValkeyFailed) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    about = (
        f"{given.products} products with 3 variants, {CONNECTIONS} connections, {given.seconds:g} s a row, "
        f"{time.monotonic() - began_at:.0f} s in all"
    )
    print("\n".join(table.lines(rows, about=about)))
    if given.json:
        table.write(given.json, rows, about=about)


def _rows(given: argparse.Namespace, console: Console) -> Iterator[Row]:
    buyers = max(100, int(_BUYERS_A_SECOND * given.seconds))
    with shop.running(products=given.products, buyers=buyers, console=console) as running:
        rest = Rest(running, seconds=given.seconds, products=given.products, buyers=buyers)
        yield from rest.rows(console.say)
        console.say(f"{given.sockets} sockets of the shop, then of the bare app")
        yield from sockets.rows(running, sockets=given.sockets, seconds=given.seconds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each row is measured (5)")
    parser.add_argument("--products", type=int, default=1000, help="how large the catalogue is (1000)")
    parser.add_argument("--sockets", type=int, default=500, help="how many listen to one topic (500)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there too")
    return parser


if __name__ == "__main__":
    main()
