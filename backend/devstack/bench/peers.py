"""What other shops were seen to do, a second, beside what this one does.

They were measured on another machine like the one this was written on: 2 cores, two worker processes, 1,000
products with 3 variants, 16 connections, everything on the one machine.
"""

from collections.abc import Mapping, Sequence

from backend.devstack.bench import reads, writes
from backend.devstack.bench.row import Row

NAMES = ("Saleor 3.23", "Medusa 2.21", "Vendure 3.7", "django-oscar-api 3.3")
SEEN = {
    reads.LIST_CACHED: (17, 48, 164, 72),
    reads.LIST: (17, 28, 164, 72),
    reads.DETAIL_CACHED: (20, 39, 161, 176),
    reads.DETAIL: (20, 39, 161, 176),
    writes.ADD: (10, 12, 43, 57),
    writes.WHOLE: (1.6, 1.7, 5.2, 24),
}


def lines(rows: Sequence[Row], *, products: int) -> list[str]:
    """A line for each thing that all of them do; none where it was not measured with so many products."""
    by_name: Mapping[str, Row] = {row.name: row for row in rows}
    found = [(name, by_name.get(f"{name}, {products:,} products")) for name in SEEN]
    cells = [_cells(name, row) for name, row in found if row is not None]
    if not cells:
        return []
    head = f"{'per second, 1,000 products':<30}{'here':>9}{'of the fastest':>16}" + "".join(
        f"{name:>23}" for name in NAMES
    )
    return ["", head, "-" * len(head), *cells, "", *_LEGEND]


def _cells(name: str, row: Row) -> str:
    seen = SEEN[name]
    others = "".join(f"{value:>23g}" for value in seen)
    return f"{name:<30}{row.rate:>9,.0f}{row.rate / max(seen):>14.1f} x{others}"


_LEGEND = [
    "The others were measured on another machine like ours, not in this run: 2 workers, 16 connections.",
    "Medusa's list: 48 by its cache; Vendure's by its search index, 17 without; oscar has no payment step.",
]
