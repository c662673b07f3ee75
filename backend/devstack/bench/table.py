"""The bench's result: for people as a table, ratios first, and for programs as JSON."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from backend.devstack.bench.row import Row

_HEAD = (
    "what",
    "ratio",
    "yardstick",
    "per second",
    "yardstick's",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "load",
    "server",
    "each ms",
)
_BUSY = 0.7  # of a core: then the load generator may be what was measured


def lines(rows: Sequence[Row], *, about: str) -> list[str]:
    """One line a row under a head, and what the columns mean."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    table = [_line(row, widths) for row in cells]
    return ["", table[0], "-" * len(table[0]), *table[1:], "", *_legend(rows), about, machine()]


def write(file: Path, rows: Sequence[Row], *, about: str) -> None:
    """The same as JSON."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    result = {"at": at, "about": about, "machine": machine(), "rows": [asdict(row) for row in rows]}
    file.write_text(json.dumps(result, indent=2) + "\n")


def _cells(row: Row) -> tuple[str, ...]:
    rates = [f"{value:,.0f}" if value >= 100 else f"{value:.1f}" for value in (row.rate, row.yardstick_rate)]
    delays = [f"{value:.1f}" for value in (row.delays.p50, row.delays.p95, row.delays.p99)]
    shares = [f"{100 * share:.0f} %" for share in (row.load_cpu, row.server_cpu)]
    name = f"{row.name} ({row.note})" if row.note else row.name
    return (name, f"{row.ratio:.3f}", row.yardstick, *rates, *delays, *shares, f"{row.server_ms:.3g}")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, figures to the right."""
    pairs = zip(cells, widths, strict=True)
    aligned = [
        f"{cell:<{width}}" if place in (0, 2) else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(pairs)
    ]
    return "  ".join(aligned).rstrip()


def _legend(rows: Sequence[Row]) -> list[str]:
    busiest = max(max(row.load_cpu, row.yardstick_load_cpu) for row in rows)
    verdict = "it may have been the bottleneck" if busiest > _BUSY else "it was not the bottleneck"
    return [
        "ratio: per second here, divided by the yardstick's in the same run, right beside it; for the",
        "  two rows in ms, how many times as late.",
        "empty endpoint: a Ninja GET that does nothing, in the same web process, behind the same middleware;",
        "  it stands in the bench's own list of addresses.",
        "cached: a guest's first page, from Redis; uncached: every request another filter, or a product",
        "  at another host.",
        "pgbench: the statements that one such request was seen to send, replayed one by one by 8 clients on",
        "  a copy of the same database; neither relay nor tasks work there.",
        "bare app: an ASGI app that only sends frames of the same length to as many sockets, under plain",
        "  Daphne. Two rounds on their way at a time; p50 to p99: commit to socket, at 10 commits a second.",
        "load, server: processor of the load generator and of web, in parts of one core; each: of web, for",
        "  one request or delivery, which a busy machine changes less than the rates.",
        f"The load generator took up to {100 * busiest:.0f} % of a core: {verdict}.",
    ]


def machine() -> str:
    """What it was measured on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"Python {platform.python_version()}, {platform.system()}"
    return f"{os.cpu_count()} cores, {system}, load average {load}"
