"""The bench's result for people: a table, ratios first."""

import os
import platform
from collections.abc import Sequence

from backend.devstack.bench.row import Row

_HEAD = (
    "what",
    "ratio",
    "bound",
    "",
    "yardstick",
    "per second",
    "yardstick's",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "spread",
    "queries",
    "load",
    "api ms",
    "pg ms",
    "other ms",
)
_TEXTS = (0, 4)
_BUSY = 0.7  # of a core: then the load generator may be what was measured
_VERDICTS = {True: "ok", False: "MISSED", None: ""}


def lines(rows: Sequence[Row], *, about: str) -> list[str]:
    """One line a row under a head, and what the columns mean."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    table = [_line(row, widths) for row in cells]
    return ["", table[0], "-" * len(table[0]), *table[1:], "", *_legend(rows), about, machine()]


def _cells(row: Row) -> tuple[str, ...]:
    bound = f">= {row.least:.2f}" if row.least else f"<= {row.most:.2f}" if row.most else ""
    delays = [f"{value:.1f}" if value else "" for value in (row.delays.p50, row.delays.p95, row.delays.p99)]
    own = [row.cpu_ms.get(name) for name in ("api", "postgres")]
    others = [value for name, value in row.cpu_ms.items() if name not in ("api", "postgres")]
    return (
        f"{row.name} ({row.note})" if row.note else row.name,
        f"{row.ratio:.3f}",
        bound,
        _VERDICTS[row.is_reached],
        row.yardstick,
        _figure(row.rate),
        _figure(row.yardstick_rate),
        *delays,
        f"{100 * row.spread:.0f} %" if row.spread else "",
        "" if row.queries is None else f"{row.queries:.3g}",
        f"{100 * row.load_cpu:.0f} %" if row.load_cpu else "",
        *("" if value is None else f"{value:.2f}" for value in own),
        f"{sum(others):.2f}" if others else "",
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, figures to the right."""
    pairs = zip(cells, widths, strict=True)
    aligned = [
        f"{cell:<{width}}" if place in _TEXTS else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(pairs)
    ]
    return "  ".join(aligned).rstrip()


def _legend(rows: Sequence[Row]) -> list[str]:
    return [
        "ratio: per second here, divided by the yardstick's right beside it in the same run; for rows in ms",
        "  and MB, how many times as much. The middle one of several; spread: how far apart those were.",
        "empty endpoint: a Ninja GET that does nothing, in the same processes, behind the same middleware.",
        "cached: a few addresses again and again; uncached: none twice, and all ask the database (recorded).",
        "  What lists and searches ask for, and how often: questions.py, searches.py.",
        "pgbench: the statements that such requests were seen to send, replayed one by one by 8 clients on a",
        "  copy of the same database; neither relay nor tasks work there.",
        "full checkout: add to cart, order, open the intent at a stand-in for Stripe, pay there, its signed",
        "  webhook; the time ends when the last order is `processing`. p50 to p99: a buyer's requests.",
        "bare app: an ASGI app that sends frames of the same length to as many sockets, by plain Daphne.",
        "  The shop tells one SKU's stock four times a second at most; for more see `make bench-live`.",
        "queries: statements of one such request, BEGIN and COMMIT too. api, pg, other ms: processor time of",
        "  the REST tier, of PostgreSQL and of all others (Valkey, web, relay, worker, Stripe's stand-in),",
        "  for one request, or delivery. load: what the load generator took, in parts of one core.",
        *_generator(rows),
    ]


def _generator(rows: Sequence[Row]) -> list[str]:
    """Whether the load generator was what was measured."""
    real = [row for row in rows if row.name != "trivial responder"]
    busiest = max((max(row.load_cpu, row.yardstick_load_cpu) for row in real), default=0)
    verdict = "it may have been the bottleneck" if busiest > _BUSY else "it was not the bottleneck"
    found = [f"The load generator took up to {100 * busiest:.0f} % of a core: {verdict}."]
    for row in rows:
        if row.name == "trivial responder":
            found.append(
                f"To a server that does nothing it sent {row.rate:,.0f} requests a second, "
                f"{row.ratio:.1f} times as many as to the empty endpoint."
            )
    return found


def machine() -> str:
    """What it was measured on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"Python {platform.python_version()}, {platform.system()}"
    return f"{os.cpu_count()} cores, {system}, load average {load}"
