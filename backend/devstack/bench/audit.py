"""No figure for a wrong answer: what was counted as done must stand in the tables."""

import psycopg

from backend.devstack.bench.shop import Failed

RECORDED = 2  # orders that were placed while their statements were recorded
_FOUND = """
WITH _ledger AS (SELECT stock_id, sum(delta_on_hand) of_on_hand, sum(delta_held) of_held
                   FROM inventory_ledgerentry GROUP BY stock_id),
     _paid AS (SELECT count(*) FROM orders_order WHERE status = 'processing')
SELECT (SELECT count(*) FROM orders_order),
       (SELECT sum(quantity) FROM orders_orderitem),
       (SELECT sum(held) FROM inventory_stock) + _paid.count,
       (SELECT sum(delta_held) FROM inventory_ledgerentry) + _paid.count,
       _paid.count,
       (SELECT count(*) FROM inventory_stock LEFT JOIN _ledger ON stock_id = sku
         WHERE (on_hand, held) IS DISTINCT FROM (coalesce(of_on_hand, 0), coalesce(of_held, 0)))
  FROM _paid
"""


def check(url: str, *, orders: int, sold: int) -> None:
    """Each order that was answered is there, with one unit held or sold, and so does the ledger say.

    Raises Failed.
    """
    with psycopg.connect(url) as connection:
        found = connection.execute(_FOUND).fetchone()
    if found != (orders,) * 4 + (sold, 0):
        raise Failed(
            f"{orders} orders were placed and {sold} paid, but orders, units, held or sold, the ledger's, "
            f"paid, and SKUs whose ledger differs are {found}"
        )
