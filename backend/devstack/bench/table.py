"""The bench's result for people: a table, ratios first."""

import os
import platform
from collections.abc import Collection, Iterator, Sequence

from backend.devstack.bench.row import SPENT, VERDICTS, Row

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
    *SPENT,
)
_TEXTS = (0, 4)
_BUSY = 0.7  # of a core: then the load generator may be what was measured


def lines(rows: Sequence[Row], *, about: str, explained: Sequence[str] = ()) -> list[str]:
    """One line a row under a head, what an order costs, and what the columns mean.

    `explained` has a line for each shop whose plans were looked at.
    """
    head, *table = aligned([_HEAD, *(_cells(row) for row in rows)], texts=_TEXTS)
    below = [*_orders(rows), *explained]
    return [
        "",
        head,
        "-" * len(head),
        *table,
        "",
        *below,
        *([""] if below else []),
        *_legend(rows),
        about,
        machine(),
    ]


def _orders(rows: Sequence[Row]) -> Iterator[str]:
    """Of rows whose statements were counted: what one order costs, by process."""
    for row in rows:
        if row.commits is None:
            continue
        spent = sorted(row.cpu_ms.items(), key=lambda one: -one[1])
        names = ", ".join(f"{name} {value:.1f}" for name, value in spent)
        yield f"{row.name}, ms of CPU an order: {names}; together {sum(row.cpu_ms.values()):.1f}."
        yield (
            f"{row.name}, an order in PostgreSQL: {row.queries:.0f} statements, {row.commits:.1f} of them "
            "COMMIT, by all processes, its mail's too."
        )


def _cells(row: Row) -> tuple[str, ...]:
    bound = f">= {row.least:.2f}" if row.least else f"<= {row.most:.2f}" if row.most else ""
    delays = [f"{value:.1f}" if value else "" for value in (row.delays.p50, row.delays.p95, row.delays.p99)]
    return (
        f"{row.name} ({row.note})" if row.note else row.name,
        f"{row.ratio:.3f}",
        bound,
        VERDICTS[row.is_reached],
        row.yardstick,
        _figure(row.rate),
        _figure(row.yardstick_rate),
        *delays,
        f"{100 * row.spread:.0f} %" if row.spread else "",
        "" if row.queries is None else f"{row.queries:.3g}",
        f"{100 * row.load_cpu:.0f} %" if row.load_cpu else "",
        *("" if value is None else f"{value:.2f}" for value in row.spent().values()),
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def aligned(rows: Sequence[Sequence[str]], *, texts: Collection[int]) -> list[str]:
    """A line each: the columns that are texts to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths, texts)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int], texts: Collection[int]) -> Iterator[str]:
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if place in texts else cell.rjust(width)


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
        "by a server: one process of it, of the same shop, each server in turn.",
        "middle page: one request at a time, each at another host, so that no answer comes from a cache.",
        "queries: what one such request sends PostgreSQL; statements that travel together are one. api, pg,",
        "  other ms: processor time of the REST tier, of PostgreSQL and of all others (Valkey, web, relay,",
        "  worker, Stripe's stand-in), for one request, or delivery. load: what the load generator took, in",
        "  parts of one core.",
        "  Of a full checkout: all statements of an order, by all processes, its mail's too.",
        *_generator(rows),
    ]


def _generator(rows: Sequence[Row]) -> Iterator[str]:
    """Whether a load generator was what was measured: ours, or the yardstick's."""
    # The trivial responder is there to keep the generator busy.
    real = [row for row in rows if row.name != "trivial responder"]
    ours = [row.load_cpu for row in real]
    ours += [row.yardstick_load_cpu for row in real if not row.is_by_pgbench]
    yield _busiest("The load generator", ours)
    if replayed := [row.yardstick_load_cpu for row in real if row.is_by_pgbench]:
        yield _busiest("pgbench, which drives a yardstick by itself,", replayed)
    for row in rows:
        if row.name == "trivial responder":
            yield (
                f"To a server that does nothing it sent {row.rate:,.0f} requests a second, "
                f"{row.ratio:.1f} times as many as to the empty endpoint."
            )


def _busiest(who: str, shares: Sequence[float]) -> str:
    most = max(shares, default=0)
    verdict = "it may have been the bottleneck" if most > _BUSY else "it was not the bottleneck"
    return f"{who} took up to {100 * most:.0f} % of a core: {verdict}."


def machine() -> str:
    """What it was measured on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"Python {platform.python_version()}, {platform.system()}"
    return f"{os.cpu_count()} cores, {system}, load average {load}"
