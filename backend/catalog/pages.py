"""The rows of one page of the product list, as SQL: which products, in which order, and their JSON.

Every name in here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog import filters, shapes
from backend.catalog.filters import Order, ProductFilter
from backend.catalog.search import Wanted

_ROWS = """
SELECT place.product_id, place.is_tracked, place.cents, place.created_at, place.name, chosen.tier,
       kept.summary, coalesce(stock.units, 0)::bigint AS units
  FROM ({chosen}) AS chosen
  JOIN shelf_place place ON place.product_id = chosen.product_id
  LEFT JOIN catalog_representation kept ON kept.product_id = place.product_id AND kept.shape = {shape}
  LEFT JOIN LATERAL (
       SELECT sum(on_hand - held) AS units FROM inventory_stock WHERE product = place.slug) AS stock ON TRUE
"""
_FOUND = "words @@ %({query})s::tsquery"


def rows(chosen: str) -> str:
    """What the page shows of the chosen products, whose units are counted now."""
    return _ROWS.format(chosen=chosen, shape=shapes.VERSION)


def on_sale(asked: ProductFilter, query: str | None = None) -> str:
    """The condition of a place that the list may show; `query` names the value that is searched for."""
    found = f" AND {_FOUND.format(query=query)}" if query else ""
    return f"is_active AND {filters.everything(asked)}{found}"


def sorted_by(order: str, *, condition: str) -> str:
    """The page's products by the order's columns."""
    return f"""
        SELECT product_id, 0 AS tier FROM shelf_place WHERE {condition}
         ORDER BY {order} LIMIT %(size)s OFFSET %(start)s"""


def tiers(asked: ProductFilter, wanted: Wanted, *, order: Order) -> list[str]:
    """CTEs: each tier adds what those before have not found, and is not looked at once the page is full."""
    clauses = []
    for place in range(len(wanted.tiers)):
        before = "".join(f" - (SELECT count(*) FROM tier{earlier})" for earlier in range(place))
        clauses.append(f"""
        tier{place} AS MATERIALIZED (
            SELECT product_id, {place} AS tier, created_at FROM shelf_place
             WHERE {on_sale(asked, f"tier{place}")}
             ORDER BY {order.forwards} LIMIT %(start)s + %(size)s{before})""")
    return clauses


def tier_values(wanted: Wanted) -> dict[str, str]:
    """Each tier's query without what the one before it finds."""
    narrower = ["", *(f" & !({tier})" for tier in wanted.tiers)]
    return {
        f"tier{place}": f"({tier}){narrower[place]}" if place else tier
        for place, tier in enumerate(wanted.tiers)
    }


def most_relevant(wanted: Wanted, *, order: Order) -> str:
    """The page's products out of the tiers."""
    every = " UNION ALL ".join(f"SELECT * FROM tier{place}" for place in range(len(wanted.tiers)))
    return f"""
        SELECT product_id, tier FROM ({every}) AS tiers
         ORDER BY tier, {order.forwards} LIMIT %(size)s OFFSET %(start)s"""
