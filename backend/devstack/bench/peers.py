"""What other shops were seen to do, a second, beside what this one does, and how much more it should.

They were measured on another machine like the one this was written on: 2 cores, two worker processes, 1,000
products with 3 variants, 16 connections, everything on the one machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.devstack.bench import reads, writes
from backend.devstack.bench.row import VERDICTS, Row

NAMES = ("Saleor 3.23", "Medusa 2.21", "Vendure 3.7", "django-oscar-api 3.3")


@dataclass(frozen=True)
class Line:
    """A row of ours, theirs in the order of NAMES, and how many times the fastest of them ours should be.

    None: that shop has no such thing, or another line has it.
    """

    row: str
    seen: tuple[float | None, ...]
    times: int = 10

    @property
    def fastest(self) -> float:
        return max(value for value in self.seen if value is not None)


LINES = (
    Line(reads.LIST_CACHED, (17, 48, 164, 72)),
    Line(reads.LIST, (17, 28, 164, 72)),
    Line(reads.DETAIL_CACHED, (20, 39, 161, 176)),
    Line(reads.DETAIL, (20, 39, 161, 176)),
    Line(writes.ADD, (10, 12, 43, 57)),
    # Oscar's checkout has no payment step: it is compared with what of ours has none either.
    Line(writes.ORDER, (None, None, None, 24)),
    Line(writes.WHOLE, (1.6, 1.7, 5.2, None)),
    Line(writes.WHOLE, (1.6, None, None, None), times=100),
)


def lines(rows: Sequence[Row], *, products: int) -> list[str]:
    """A line for each thing that others do too; none where it was not measured with so many products."""
    by_name = {row.name: row for row in rows}
    found = [(line, by_name.get(f"{line.row}, {products:,} products")) for line in LINES]
    cells = [_cells(line, row.rate) for line, row in found if row is not None]
    if not cells:
        return []
    head = (
        f"{f'per second, {products:,} products':<30}{'here':>9}{'at least':>10}{'':>8}{'of the fastest':>16}"
    )
    head += "".join(f"{name:>23}" for name in NAMES)
    return ["", head, "-" * len(head), *cells, "", *_LEGEND]


def _cells(line: Line, rate: float) -> str:
    wanted = line.times * line.fastest
    others = "".join("-".rjust(23) if value is None else f"{value:>23g}" for value in line.seen)
    verdict = VERDICTS[rate >= wanted]
    return f"{line.row:<30}{rate:>9,.0f}{wanted:>10,.0f}{verdict:>8}{rate / line.fastest:>14.1f} x{others}"


_LEGEND = [
    "at least: ten times the fastest of those in the line, and a hundred times Saleor's full checkout.",
    "cart and order: add to cart and order, without a payment, as oscar's checkout is.",
    "The others were measured on another machine like ours, not in this run: 2 workers, 16 connections.",
    "Medusa's list: 48 by its cache; Vendure's by its search index, 17 without.",
]
