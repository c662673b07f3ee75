"""`make bench-live`: what the sockets can do, each figure beside a bare ASGI app's, in one run."""

import argparse
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from backend.devstack.bench import shop, workers
from backend.devstack.bench_live import rows, scene, table, witnesses
from backend.devstack.bench_live.orders import PER_SECOND
from backend.devstack.bench_live.row import Row
from backend.devstack.console import Console
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.valkey import ValkeyFailed

_PRODUCTS = 60
_KINDS = ("rate", "orders", "deaf", "storm", "many", "apps")
_OTHER_FILES = 500  # of a web process beside its sockets


def main() -> None:
    """Exits with one line, and not with 0, when a row is not met or something could not be measured."""
    given = _parser().parse_args()
    # As Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began_at = time.monotonic()
    console = Console([])
    seen: list[Row] = []
    failure = ""
    try:
        _allow_files(max(given.sockets, given.many, given.storm) + _OTHER_FILES)
        for row in _rows(given, console):
            console.say(table.line(row))
            seen.append(row)
    except (shop.Failed, PostgresFailed, ValkeyFailed, subprocess.TimeoutExpired) as error:
        failure = str(error)
    except KeyboardInterrupt:
        sys.exit(130)
    about = f"{given.seconds:g} s a row, {time.monotonic() - began_at:.0f} s in all"
    finish(seen, failure=failure, about=about, file=given.json)


def finish(seen: Sequence[Row], *, failure: str, about: str, file: Path | None) -> None:
    """Print all that was seen and keep it, then exit with 1 if there was a failure or a row is not met."""
    found = [*seen, rows.faults(seen)]
    if seen:
        print("\n".join(table.lines(found, about=about)))
        if file is not None:
            table.write(file, found, about=about)
    if failure or (failure := table.missed(found)):
        sys.exit(f"bench-live: {failure}")


def _rows(given: argparse.Namespace, console: Console) -> Iterator[Row]:
    sizes = rows.Sizes(given.sockets, given.many, given.storm, given.seconds)
    servers = [by for by in scene.SERVERS if by in given.servers]
    # Each buys once, and not the first, whom the recording has served already.
    each = max(given.sockets // 2, given.storm, round(given.seconds * PER_SECOND))
    apps = given.many if "apps" in given.only else 0
    count = max(1 + each * len(servers) + witnesses.BUYERS, apps)
    with shop.running(products=_PRODUCTS, buyers=count, console=console) as running:
        people = workers.ask(
            "people",
            {"count": count},
            settings=running.settings,
            package="bench_live",
        )
        for place, by in enumerate(servers):
            first, buyers = 1 + place * each, people["buyers"]
            ours = buyers[first:] + buyers[:first]
            live = rows.Live(running, people={**people, "buyers": ours}, sizes=sizes, console=console)
            yield from live.rows(by, kinds=set(given.only))


def _allow_files(number: int) -> None:
    """As many open files as sockets. Raises Failed where the system does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise shop.Failed(
            f"{number} open files are needed, {hard} allowed: raise `ulimit -Hn`, or use --many"
        )
    if soft != resource.RLIM_INFINITY and soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-live", description=__doc__)
    add: Any = parser.add_argument
    add("--seconds", type=float, default=10, help="how long each row is measured (10)")
    add("--sockets", type=int, default=2000, help="how many listen (2000)")
    add("--many", type=int, default=10_000, help="how many fill one process (10000)")
    add("--storm", type=int, default=1000, help="how many come back at once (1000)")
    add("--servers", nargs="+", choices=scene.SERVERS, default=scene.SERVERS, help="both")
    add("--only", nargs="+", choices=_KINDS, default=_KINDS, help="some of the rows")
    add("--json", type=Path, metavar="FILE", help="write the table there too")
    return parser


if __name__ == "__main__":
    main()
