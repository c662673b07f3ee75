"""The table, for people and as JSON."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from backend.devstack.bench.table import machine
from backend.devstack.bench_live.row import Row

_HEAD = ("what", "server", "seen", "wanted", "", "load", "beside")
_LEGEND = (
    "bare app: an ASGI app that only sends frames of the same length, under the same server, to the same",
    "  clients; what these take of it is the least that they could take of the shop.",
    "commit to socket: orders by the shop's own action, from the commit through relay and Valkey until each",
    "  buyer's cart and orders are read, by the clients' clock. The other rows' updates are told as the",
    "  relay tells them, without it: it would tell one SKU four times a second.",
    "reconnect, go on: to web processes started for it, that none of these clients has been at.",
    "lost, doubled, reordered: in every run staff read the feed of all orders and buyers their carts and",
    "  orders, and the sockets of the rows themselves count too.",
    "load: the machine's average when the row was through. Web is one process, the clients are another.",
)


def lines(rows: Sequence[Row], *, about: str) -> list[str]:
    """One line a row under a head."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    table = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return ["", table[0], "-" * len(table[0]), *table[1:], "", *_LEGEND, about, machine()]


def line(row: Row) -> str:
    """The row alone, as soon as it is there."""
    name, server, seen, wanted, verdict, _, beside = _cells(row)
    return f"{name}, {server}: {seen} (wanted {wanted}) {verdict}; {beside}"


def write(file: Path, rows: Sequence[Row], *, about: str) -> None:
    """The same as JSON."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    rows_json = [{**asdict(row), "is_met": row.is_met} for row in rows]
    result = {"at": at, "about": about, "machine": machine(), "rows": rows_json}
    file.write_text(json.dumps(result, indent=2) + "\n")


def missed(rows: Sequence[Row]) -> str:
    """Which rows are not met, in one line; empty when all are."""
    names = [f"{row.name}, {row.server}" for row in rows if not row.is_met]
    return f"{len(names)} of {len(rows)} rows are not met: {'; '.join(names)}" if names else ""


def _cells(row: Row) -> tuple[str, ...]:
    sign, verdict = ("≥" if row.is_floor else "≤"), ("met" if row.is_met else "MISSED")
    figures = (f"{row.seen:,.4g} {row.unit}".strip(), f"{sign} {row.wanted:g} {row.unit}".strip())
    return (row.name, row.server, *figures, verdict, f"{row.load_average:.1f}", row.beside)
