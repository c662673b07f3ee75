"""How much memory the REST tier, and its largest worker, take when fresh and after many answers."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from backend.devstack import ports
from backend.devstack.bench import cpu, shop
from backend.devstack.bench.load import Job
from backend.devstack.bench.measuring import CONNECTIONS, Measure
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed
from backend.devstack.console import Console

# So many of each in turn: most of what a shop is asked for is asked for again.
_MIX = {
    "popular lists": 7,
    "popular details": 7,
    "details": 3,
    "lists": 2,
    "searches": 1,
    "popular lists signed in": 1,
    "details signed in": 1,
    "add": 1,
}
# Few files, which nobody's cache makes cheaper: they may come again as often as it takes.
_AGAIN = {"popular lists", "popular details", "popular lists signed in", "details signed in"}
_MOST = 1.1
_LATEST_SECONDS = 240


def rows(measure: Measure, *, console: Console, early: int, late: int) -> Iterator[Row]:
    """In a process of its own, after so many requests of all kinds. Nothing where the system does not say."""
    if not Path("/proc/self/smaps_rollup").exists():
        return
    measure.say(f"measuring memory after {early:,} and {late:,} requests")
    _mix(measure)
    port = ports.find_free()
    settings = {**measure.shop.settings, "API_PORT": str(port)}
    with shop.program("api", settings, measure.shop.folder) as pid:
        shop.wait_until_ready(port, folder=measure.shop.folder, console=console)
        _ask(measure, port, early)
        before = _megabytes(pid)
        _ask(measure, port, late - early)
        after = _megabytes(pid)
    measure.settle()
    for what, pick in (("the REST tier", sum), ("its largest worker", max)):
        yield Row(
            name=f"memory of {what} after {late:,} requests, MB",
            ratio=pick(after) / pick(before),
            yardstick=f"after {early:,}",
            rate=pick(after),
            yardstick_rate=pick(before),
            most=_MOST,
        )


def _mix(measure: Measure) -> None:
    """What all rows ask for; some of it again and again, of the rest as much as there is."""
    files = {name: measure.file(f"{name}.requests").read_text().splitlines() for name in _MIX}
    turns = min(len(files[name]) // count for name, count in _MIX.items() if name not in _AGAIN)
    streams = {name: cycle(lines) for name, lines in files.items()}
    lines = (
        line for _ in range(turns) for name, count in _MIX.items() for line in islice(streams[name], count)
    )
    measure.file("mix.requests").write_text("\n".join(lines))


def _ask(measure: Measure, port: int, count: int) -> None:
    result = measure.load(
        Job(
            port=port,
            requests=str(measure.file("mix.requests")),
            pids={},
            seconds=_LATEST_SECONDS,
            warm_up=0,
            connections=CONNECTIONS,
            is_circle=True,
            most=count,
        )
    )
    if not result.statuses.keys() <= {"200", "201"} or result.sent != count:
        raise Failed(f"{count} requests for the memory's sake were answered {result.statuses}")


def _megabytes(pid: int) -> list[float]:
    """Of the process and each of its children, what they share counted once."""
    return [_proportional(one) / 1024 for one in cpu.tree(pid)]


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
