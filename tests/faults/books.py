"""What must hold whatever happened: stock, history, money here and at Stripe, and the mail."""

import email
import re
from collections import Counter
from email import policy
from email.message import EmailMessage

from tests.faults.shop import Shop

KINDS = {
    "thank you, it is paid": "processing",
    "is on its way": "shipped",
    "has been cancelled": "cancelled",
    "your refund": "refund",
}
LEDGER_DIFFERS = """
    SELECT sku FROM inventory_stock JOIN inventory_ledgerentry ON stock_id = sku GROUP BY sku
    HAVING on_hand <> sum(delta_on_hand) OR held <> sum(delta_held)
"""
HELD_DIFFERS = """
    SELECT sku, held, waiting FROM inventory_stock LEFT JOIN (
        SELECT product_sku, sum(quantity) AS waiting FROM orders_orderitem
        JOIN orders_order ON orders_order.id = order_id WHERE status = 'pending' AND is_tracked
        GROUP BY product_sku) AS units ON product_sku = sku WHERE held <> coalesce(waiting, 0)
"""
STATUS_TWICE = """
    SELECT order_id, status FROM orders_statuschange GROUP BY order_id, status HAVING count(*) > 1
"""
PAID_TWICE = "SELECT order_id FROM payments_payment WHERE is_taken GROUP BY order_id HAVING count(*) > 1"
# Money that the order took: it is processed, or has gone back.
PAID_BUT_NOT_PROCESSED = """
    SELECT order_number, orders_order.status FROM payments_payment
    JOIN orders_order ON orders_order.id = order_id
    WHERE paid_at IS NOT NULL AND payments_payment.status <> 'refunded'
    AND (NOT is_taken OR orders_order.status IN ('pending', 'cancelled'))
"""
OUR_MONEY = """
    SELECT intent_id, (amount * 100)::bigint, (refunded_amount * 100)::bigint FROM payments_payment
    WHERE paid_at IS NOT NULL
"""


def check(shop: Shop) -> None:
    """All of it. The shop has settled before."""
    assert shop.rows(LEDGER_DIFFERS) == []
    assert shop.rows(HELD_DIFFERS) == []
    assert shop.rows(STATUS_TWICE) == []
    assert shop.rows(PAID_TWICE) == []
    assert shop.rows(PAID_BUT_NOT_PROCESSED) == []
    assert stripes_money(shop) == {intent: sums for intent, *sums in shop.rows(OUR_MONEY)}
    check_mails(shop)


def stripes_money(shop: Shop) -> dict[str, list[int]]:
    """What Stripe took and gave back, by intent."""
    charges = {charge["id"]: charge for charge in shop.stripe_has("charge")}
    paid = [intent for intent in shop.stripe_has("payment_intent") if intent["status"] == "succeeded"]
    return {
        intent["id"]: [intent["amount_received"], charges[intent["latest_charge"]]["amount_refunded"]]
        for intent in paid
    }


def check_mails(shop: Shop) -> None:
    """One for each order and each thing to tell; a repeat has the same Message-ID and counts for none."""
    told = {(number, kind): ids for (number, kind), ids in mails(shop).items() if kind != "refund"}
    owed = shop.rows(
        "SELECT order_number, orders_statuschange.status FROM orders_statuschange"
        " JOIN orders_order ON orders_order.id = order_id"
        " WHERE orders_statuschange.status IN ('processing', 'shipped', 'cancelled')"
        " AND orders_statuschange.created_at > %s",
        shop.began_at,
    )
    assert {key: len(ids) for key, ids in told.items()} == dict.fromkeys(owed, 1)


def mails(shop: Shop) -> dict[tuple[str, str], Counter[str]]:
    """How often each Message-ID came, by order number and kind."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for mail in _read(shop):
        about = re.match(r"Order (\S+?):? (.+)", mail["Subject"])
        if about and about[2] in KINDS:
            found.setdefault((about[1], KINDS[about[2]]), Counter())[mail["Message-ID"]] += 1
    return found


def _read(shop: Shop) -> list[EmailMessage]:
    texts = [
        text
        for file in shop.stack.mail.glob("*.log")
        for text in file.read_bytes().split(b"-" * 79)
        if text.strip()
    ]
    return [email.message_from_bytes(text.strip(), policy=policy.default) for text in texts]
