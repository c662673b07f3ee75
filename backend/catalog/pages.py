"""The rows of one page of the product list, as SQL: which products, in which order, and their JSON.

Every name in here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog import filters, shapes
from backend.catalog.filters import Order, ProductFilter

_ROWS = """
SELECT row_number() OVER (ORDER BY rank, {order}) AS number, product_id, is_tracked,
       (SELECT summary FROM catalog_representation AS kept
         WHERE kept.product_id = place.product_id AND shape = {shape}) AS summary,
       (SELECT coalesce(sum(on_hand - held), 0)::bigint FROM inventory_stock WHERE product = slug) AS units
  FROM ({chosen}) AS chosen JOIN shelf_place AS place ON product_id = chosen_id
"""


def rows(chosen: str, *, order: str) -> str:
    """What the page shows of the chosen products, numbered in their order, their units counted now."""
    return _ROWS.format(chosen=chosen, order=order, shape=shapes.VERSION)


def on_shelf(asked: ProductFilter, *, order: str, size: str = "%(size)s", start: str = "%(start)s") -> str:
    """The page's products where nothing is searched for: an index has them in this order."""
    return f"""
        SELECT product_id AS chosen_id, 0 AS rank FROM shelf_place
         WHERE is_active AND {filters.everything(asked)}
         ORDER BY {order} LIMIT {size} OFFSET {start}"""


def from_nearer_end(asked: ProductFilter, *, order: Order) -> str:
    """The same of a page far down, read backwards if that is shorter: `total` says how many there are.

    Of the two halves, one has nothing to do. The last LIMIT tells the planner how few rows they come to.
    """
    number, is_near = "(SELECT number FROM total)", "(SELECT %(start)s * 2 < number FROM total)"
    left = f"greatest(0, least(%(size)s, {number} - %(start)s))"
    forwards = on_shelf(asked, order=order.forwards, size=f"CASE WHEN {is_near} THEN %(size)s ELSE 0 END")
    backwards = on_shelf(
        asked,
        order=order.backwards,
        size=f"CASE WHEN {is_near} THEN 0 ELSE {left} END",
        start=f"greatest(0, {number} - %(start)s - %(size)s)",
    )
    return f"({forwards}) UNION ALL ({backwards}) LIMIT %(size)s"
