"""The rows of one page of the product list, as SQL: which products, in which order, and their JSON.

Every name in here that looks like %(so)s is a value of listing.py.
"""

from typing import Any, NamedTuple
from uuid import UUID

from backend.catalog import filters, shapes
from backend.catalog.filters import Order, ProductFilter


class Shown(NamedTuple):
    """A product on the page: the kept JSON if there is any, its units of now."""

    product_id: UUID
    is_tracked: bool
    summary: str | None
    units: int


def rows(chosen: str) -> str:
    """What the page shows of an array of ids, in its order: a `number`, from 1 on, and then Shown."""
    return f"catalog_page({chosen}, {shapes.VERSION})"


def shown(found: list[tuple[Any, ...]]) -> list[Shown]:
    """Of rows that end so."""
    columns = len(Shown._fields)
    return [Shown._make(row[-columns:]) for row in found if row[-columns] is not None]


def on_shelf(asked: ProductFilter, *, order: Order) -> str:
    """The page's products where nothing is searched for: an index has them in this order."""
    return f"ARRAY({_walk(asked, order=order.forwards, size='%(size)s', start='%(start)s')})"


def from_nearer_end(asked: ProductFilter, *, order: Order) -> str:
    """The same of a page far down, read backwards if that is shorter: `total` says how many there are.

    Of the two halves, one has nothing to do.
    """
    number, is_near = "(SELECT number FROM total)", "(SELECT %(start)s * 2 < number FROM total)"
    left = f"greatest(0, least(%(size)s, {number} - %(start)s))"
    near = _walk(
        asked, order=order.forwards, size=f"CASE WHEN {is_near} THEN %(size)s ELSE 0 END", start="%(start)s"
    )
    far = _walk(
        asked,
        order=order.backwards,
        size=f"CASE WHEN {is_near} THEN 0 ELSE {left} END",
        start=f"greatest(0, {number} - %(start)s - %(size)s)",
        also=f", {order.column}",
    )
    return f"ARRAY({near}) || ARRAY(SELECT product_id FROM ({far}) AS far ORDER BY {order.forwards})"


def _walk(asked: ProductFilter, *, order: str, size: str, start: str, also: str = "") -> str:
    return f"""
        SELECT product_id{also} FROM shelf_place WHERE is_active AND {filters.everything(asked)}
         ORDER BY {order} LIMIT {size} OFFSET {start}"""
