"""No figure for a wrong answer: what was counted as done must stand in the tables."""

import psycopg

from backend.devstack.bench.shop import Failed

_RECORDED = 2  # orders that were placed while their statements were recorded
_FOUND = """
SELECT (SELECT count(*) FROM orders_order),
       (SELECT sum(quantity) FROM orders_orderitem),
       (SELECT sum(held) FROM inventory_stock),
       (SELECT sum(delta_held) FROM inventory_ledgerentry)
"""


def check(url: str, *, orders: int) -> None:
    """Each order that was answered is there, and so is its unit's hold. Raises Failed."""
    with psycopg.connect(url) as connection:
        found = connection.execute(_FOUND).fetchone()
    if found != (orders + _RECORDED,) * 4:
        raise Failed(f"{orders} orders were placed, but orders, units, held and ledger are {found}")
