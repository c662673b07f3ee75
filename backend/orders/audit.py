"""What must hold between stock, its ledger and the orders: `manage.py audit_stock`."""

from backend.catalog.shelf_audit import SHELVED
from backend.core.audits import Audit
from backend.inventory import shelf_audit

_BOUNDS = """
SELECT sku, NULL::uuid AS order_id, concat(sku, ': ', held, ' held of ', on_hand, ' on hand') AS message
  FROM inventory_stock
 WHERE held < 0 OR held > on_hand
"""

_LEDGER = """
SELECT stock.sku, NULL::uuid AS order_id,
       concat(stock.sku, ': the row says ', stock.on_hand, ' on hand and ', stock.held, ' held, its ledger ',
              coalesce(ledger.on_hand, 0), ' and ', coalesce(ledger.held, 0)) AS message
  FROM inventory_stock AS stock
  LEFT JOIN (
       SELECT stock_id, sum(delta_on_hand) AS on_hand, sum(delta_held) AS held
         FROM inventory_ledgerentry GROUP BY stock_id
       ) AS ledger ON ledger.stock_id = stock.sku
 WHERE stock.on_hand <> coalesce(ledger.on_hand, 0) OR stock.held <> coalesce(ledger.held, 0)
"""

# The opening is version 1, each later line another: with fewer versions than lines one was told twice.
_VERSIONS = """
SELECT stock.sku, NULL::uuid AS order_id,
       concat(stock.sku, ': version ', stock.version, ' after ', ledger.lines, ' changes') AS message
  FROM inventory_stock AS stock
  JOIN (SELECT stock_id, count(*) AS lines FROM inventory_ledgerentry GROUP BY stock_id) AS ledger
       ON ledger.stock_id = stock.sku
 WHERE stock.version < ledger.lines
"""

_HELD = """
SELECT coalesce(stock.sku, waiting.sku) AS sku, NULL::uuid AS order_id,
       concat(coalesce(stock.sku, waiting.sku), ': ', coalesce(stock.held, 0), ' held, but orders that wait '
              'for payment take ', coalesce(waiting.units, 0)) AS message
  FROM inventory_stock AS stock
  FULL JOIN (
       SELECT item.product_sku AS sku, sum(item.quantity) AS units
         FROM orders_orderitem AS item
         JOIN orders_order ON orders_order.id = item.order_id
        WHERE orders_order.status = 'pending' AND item.is_tracked
        GROUP BY item.product_sku
       ) AS waiting ON waiting.sku = stock.sku
 WHERE coalesce(stock.held, 0) <> coalesce(waiting.units, 0)
"""

# What an order's lines in the ledger come to: held while it waits, gone while it is sold, else nothing.
_ORDERS = """
SELECT moves.sku, moves.order_id,
       concat('Order ', coalesce(orders_order.order_number, moves.order_id::text), ', ',
              coalesce(orders_order.status, 'unknown'), ', ', moves.sku, ': the ledger comes to ',
              moves.on_hand, ' on hand and ', moves.held, ' held, not to ', moves.wanted_on_hand, ' and ',
              moves.wanted_held) AS message
  FROM (
       SELECT sku, order_id,
              sum(on_hand) AS on_hand, sum(held) AS held,
              sum(wanted_on_hand) AS wanted_on_hand, sum(wanted_held) AS wanted_held
         FROM (
              SELECT stock_id AS sku, order_id, delta_on_hand AS on_hand, delta_held AS held,
                     0 AS wanted_on_hand, 0 AS wanted_held
                FROM inventory_ledgerentry WHERE order_id IS NOT NULL
              UNION ALL
              SELECT item.product_sku, item.order_id, 0, 0,
                     CASE WHEN sold.status IN ('processing', 'shipped', 'delivered')
                          THEN -item.quantity ELSE 0 END,
                     CASE WHEN sold.status = 'pending' THEN item.quantity ELSE 0 END
                FROM orders_orderitem AS item
                JOIN orders_order AS sold ON sold.id = item.order_id
               WHERE item.is_tracked
              ) AS lines
        GROUP BY sku, order_id
       ) AS moves
  LEFT JOIN orders_order ON orders_order.id = moves.order_id
 WHERE moves.on_hand <> moves.wanted_on_hand OR moves.held <> moves.wanted_held
"""

# A sweep ends unpaid orders within seconds; only the bank's answer may take long.
_OVERDUE = """
SELECT '' AS sku, id AS order_id,
       concat('Order ', order_number, ' still holds its units, long after its payment window') AS message
  FROM orders_order
 WHERE status = 'pending' AND expires_at < %(long_ago)s AND payment_status IS DISTINCT FROM 'processing'
"""

STOCK = Audit(
    name="stock",
    kind="stock_mismatch",
    event="stock.mismatch",
    counted={"SKUs": "inventory_stock", "ledger lines": "inventory_ledgerentry", "orders": "orders_order"},
    checks={
        "bounds": _BOUNDS,
        "ledger": _LEDGER,
        "versions": _VERSIONS,
        "held": _HELD,
        "orders": _ORDERS,
        "overdue": _OVERDUE,
        "shelved": SHELVED,
        "places": shelf_audit.PLACES,
        "ladders": shelf_audit.LADDERS,
        "blocks": shelf_audit.BLOCKS,
        "shares": shelf_audit.SHARES,
        "tallies": shelf_audit.TALLIES,
    },
)
