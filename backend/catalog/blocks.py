"""Counts and positions by the blocks of the shelf: exact, and as short a walk at any size.

What is done with blocks is in the migrations `catalog.0006_blocks` (the whole shop) and `catalog.0007_shares`
(a category and all under it). Every name in here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog.filters import Order, ProductFilter
from backend.shelf import blocks

_STOCK = {None: "NULL", True: "TRUE", False: "FALSE"}
_ABOVE_ALL = "9223372036854775807"
_TOTAL = "(SELECT number FROM total)"
_TURNED = "ARRAY(SELECT id FROM unnest({ids}) WITH ORDINALITY AS one(id, number) ORDER BY number DESC)"


def can_count(asked: ProductFilter) -> bool:
    """In categories ladders do."""
    return asked.category is None


def count(asked: ProductFilter) -> str:
    """As an SQL expression: how many products the filters leave."""
    up_to = _ABOVE_ALL if asked.max_price is None else "%(high)s::bigint + 1"
    if asked.min_price is None:
        return _cheaper(up_to, asked)
    return f"greatest(0, {_cheaper(up_to, asked)} - {_cheaper('%(low)s', asked)})"


def can_place(asked: ProductFilter) -> bool:
    """Blocks don't know where the products of a price stand in another order."""
    return asked.min_price is None and asked.max_price is None


def page(asked: ProductFilter, *, order: Order) -> str:
    """The page's products. They are counted one way; from the other, `total` says how far it is."""
    if order.forwards == blocks.ORDERS[order.column]:
        return _page(order, "%(start)s", "%(size)s", asked)
    start = f"greatest(0, {_TOTAL} - %(start)s - %(size)s)"
    size = f"greatest(0, least(%(size)s, {_TOTAL} - %(start)s))"
    return _TURNED.format(ids=_page(order, start, size, asked))


def _cheaper(than: str, asked: ProductFilter) -> str:
    return f"shelf_cheaper({than}, {_STOCK[asked.in_stock]})"


def _page(order: Order, start: str, size: str, asked: ProductFilter) -> str:
    stock = _STOCK[asked.in_stock]
    if asked.category is None:
        return f"shelf_page_by_{order.column}({start}, {size}, {stock})"
    return (
        f"shelf_branch_page_by_{order.column}({start}, {size}, {stock}, %(branch)s::uuid[], {_TOTAL}::bigint)"
    )
