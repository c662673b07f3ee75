"""Counts and positions by the blocks of the shelf: exact, and as short a walk at any size.

What is done with blocks is in the migrations `catalog.0006_blocks` (the whole shop), `catalog.0007_shares` (a
category and all under it) and `catalog.0008_tallies` (a range of prices, and large branches). Every name in
here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog import pages
from backend.catalog.filters import Order, ProductFilter
from backend.shelf import blocks

_STOCK = {None: "NULL", True: "TRUE", False: "FALSE"}
_ABOVE_ALL = "9223372036854775807"
_TOTAL = "(SELECT number FROM total)"
_SIZE = f"greatest(0, least(%(size)s, {_TOTAL} - %(start)s))"


def can_count(asked: ProductFilter) -> bool:
    """In categories ladders do."""
    return asked.category is None


def count(asked: ProductFilter) -> str:
    """As an SQL expression: how many products the filters leave."""
    up_to = _ABOVE_ALL if asked.max_price is None else "%(high)s::bigint + 1"
    if asked.min_price is None:
        return _cheaper(up_to, asked)
    return f"greatest(0, {_cheaper(up_to, asked)} - {_cheaper('%(low)s', asked)})"


def page(asked: ProductFilter, *, order: Order) -> str:
    """The page's products, of which `total` says how many there are.

    Of a range of prices or a category, what has no tallies is read and sorted, or walked to.
    """
    if not asked.has_bounds and asked.category is None:
        return _in_direction(order, f"shelf_page_by_{order.column}({_given(asked, order)})")
    tallied = _in_direction(order, _tallied(asked, order))
    other = pages.from_nearer_end(asked, order=order) if asked.has_bounds else _shared(asked, order)
    return f"coalesce({tallied}, {other})"


def _tallied(asked: ProductFilter, order: Order) -> str:
    low = "0" if asked.min_price is None else "%(low)s"
    high = _ABOVE_ALL if asked.max_price is None else "%(high)s"
    branch = "NULL, ''" if asked.category is None else "%(branch)s::uuid[], %(branch_name)s"
    given = f"{_given(asked, order)}, {low}, {high}, {branch}, {_TOTAL}::bigint"
    return f"shelf_tallied_page_by_{order.column}({given})"


def _shared(asked: ProductFilter, order: Order) -> str:
    given = f"{_given(asked, order)}, %(branch)s::uuid[], {_TOTAL}::bigint"
    return _in_direction(order, f"shelf_branch_page_by_{order.column}({given})")


def _given(asked: ProductFilter, order: Order) -> str:
    """Blocks are counted one way; from the other, `total` says how far it is."""
    start = "%(start)s" if _is_forwards(order) else f"greatest(0, {_TOTAL} - %(start)s - %(size)s)"
    return f"{start}, {_SIZE}, {_STOCK[asked.in_stock]}"


def _in_direction(order: Order, ids: str) -> str:
    return ids if _is_forwards(order) else f"array_reverse({ids})"


def _is_forwards(order: Order) -> bool:
    return order.forwards == blocks.ORDERS[order.column]


def _cheaper(than: str, asked: ProductFilter) -> str:
    return f"shelf_cheaper({than}, {_STOCK[asked.in_stock]})"
