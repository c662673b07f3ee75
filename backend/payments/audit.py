"""What must hold between payments, refunds and the orders they paid: `manage.py audit_money`.

A payment is taken when an order was paid by it. Money that no order took is on the staff's list (`attention`)
until all of it is back.
"""

from backend.core.audits import Audit

_CHARGED_TWICE = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('Order ', order_number, ' keeps the money of ', count(*), ' payments: ',
              string_agg(payment.intent_id, ', ' ORDER BY payment.number)) AS message
  FROM payments_payment AS payment
  JOIN orders_order ON orders_order.id = payment.order_id
 WHERE payment.is_taken AND payment.status IN ('completed', 'partially_refunded')
 GROUP BY orders_order.id
HAVING count(*) > 1
"""

_UNCLAIMED = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('We keep ', payment.amount - payment.refunded_amount, ' of payment ', payment.intent_id,
              ', which order ', order_number, ' did not take, and nobody is asked to look') AS message
  FROM payments_payment AS payment
  JOIN orders_order ON orders_order.id = payment.order_id
 WHERE payment.status IN ('completed', 'partially_refunded') AND NOT payment.is_taken
   AND payment.attention IS NULL
"""

_TAKEN = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('Order ', order_number, ' of ', total_amount, ' ', orders_order.currency, ', ',
              orders_order.status, ', took payment ', payment.intent_id, ' of ', payment.amount, ' ',
              payment.currency, ', ', payment.status) AS message
  FROM payments_payment AS payment
  JOIN orders_order ON orders_order.id = payment.order_id
 WHERE payment.is_taken
   AND (orders_order.status = 'pending' OR payment.status IN ('pending', 'processing', 'failed', 'cancelled')
        OR payment.amount <> total_amount OR payment.currency <> orders_order.currency)
"""

# Orders that were never told of a payment came from elsewhere, such as the demo data.
_UNPAID = """
SELECT '' AS sku, id AS order_id,
       concat('Order ', order_number, ' is ', status, ', but no payment was taken for it') AS message
  FROM orders_order
 WHERE status IN ('processing', 'shipped', 'delivered', 'returned') AND payment_status IS NOT NULL
   AND NOT EXISTS (SELECT FROM payments_payment WHERE order_id = orders_order.id AND is_taken)
"""

_CANCELLED = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('Order ', order_number, ' is cancelled, but ', payment.amount - payment.refunded_amount,
              ' of payment ', payment.intent_id, ' are not on their way back') AS message
  FROM payments_payment AS payment
  JOIN orders_order ON orders_order.id = payment.order_id
 WHERE orders_order.status = 'cancelled' AND orders_order.updated_at < %(long_ago)s AND payment.is_taken
   AND payment.status IN ('completed', 'partially_refunded') AND payment.attention IS NULL
   AND NOT EXISTS (SELECT FROM payments_refund WHERE payment_id = payment.id AND status = 'pending')
"""

_REFUNDS = """
SELECT '' AS sku, payment.order_id,
       concat('Payment ', payment.intent_id, ' of ', payment.amount, ' is ', payment.status, ' with ',
              payment.refunded_amount, ' refunded, its refunds come to ', coalesce(back.amount, 0.00)
              ) AS message
  FROM payments_payment AS payment
  LEFT JOIN (
       SELECT payment_id, sum(amount) AS amount
         FROM payments_refund WHERE status = 'succeeded' GROUP BY payment_id
       ) AS back ON back.payment_id = payment.id
 WHERE payment.refunded_amount <> coalesce(back.amount, 0) OR payment.refunded_amount > payment.amount
    OR CASE payment.status
            WHEN 'refunded' THEN payment.refunded_amount <> payment.amount
            WHEN 'partially_refunded' THEN payment.refunded_amount IN (0, payment.amount)
            ELSE payment.refunded_amount <> 0
       END
"""

_UNSENT = """
SELECT '' AS sku, payment.order_id,
       concat('A refund of ', refund.amount, ' of payment ', payment.intent_id, ' was not sent') AS message
  FROM payments_refund AS refund
  JOIN payments_payment AS payment ON payment.id = refund.payment_id
 WHERE refund.status = 'pending' AND refund.stripe_id IS NULL AND refund.created_at < %(long_ago)s
"""

_TOLD = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('Order ', order_number, ' shows ', payment_status, ', ', orders_order.refunded_amount, ' of ',
              payment_amount, ' refunded; its payment is ', payment.status, ', ', payment.refunded_amount,
              ' of ', payment.amount) AS message
  FROM payments_payment AS payment
  JOIN orders_order ON orders_order.id = payment.order_id
 WHERE payment.is_taken
   AND (payment_status, payment_amount, orders_order.refunded_amount)
       IS DISTINCT FROM (payment.status, payment.amount, payment.refunded_amount)
"""

_SUMS = """
SELECT '' AS sku, orders_order.id AS order_id,
       concat('Order ', order_number, ': ', orders_order.subtotal, ' and ', tax, ' tax and ', shipping_cost,
              ' shipping less ', discount, ' is not ', total_amount, ', or its lines of ', lines.subtotal,
              ' don''t sum to it') AS message
  FROM orders_order
  JOIN (
       SELECT order_id, sum(subtotal) AS subtotal, sum(quantity) AS units
         FROM orders_orderitem GROUP BY order_id
       ) AS lines ON lines.order_id = orders_order.id
 WHERE orders_order.subtotal + tax + shipping_cost - discount <> total_amount
    OR lines.subtotal <> orders_order.subtotal OR lines.units <> item_count
"""

MONEY = Audit(
    name="money",
    kind="money_mismatch",
    event="money.mismatch",
    counted={"orders": "orders_order", "payments": "payments_payment", "refunds": "payments_refund"},
    checks={
        "charged twice": _CHARGED_TWICE,
        "unclaimed": _UNCLAIMED,
        "taken": _TAKEN,
        "unpaid": _UNPAID,
        "cancelled": _CANCELLED,
        "refunds": _REFUNDS,
        "unsent": _UNSENT,
        "told": _TOLD,
        "sums": _SUMS,
    },
)
