"""Payments that no rule could settle: a state with a list and an alert, never a log line."""

from datetime import datetime

from backend.alerts import actions as alerts
from backend.alerts.models import Alert
from backend.core import money
from backend.orders.models import Order
from backend.payments.models import Payment

WRONG_AMOUNT = "wrong_amount"
ORDER_CANCELLED = "order_cancelled"
ORDER_NOT_WAITING = "order_not_waiting"
REFUND_FAILED = "refund_failed"

_STORIES = {
    WRONG_AMOUNT: "{paid} came in for order {number}, which is not its total. It is being refunded.",
    ORDER_CANCELLED: "{paid} came in for order {number}, which is cancelled. It is being refunded.",
    ORDER_NOT_WAITING: "{paid} came in for order {number}, which is paid already. It is being refunded.",
    REFUND_FAILED: "A refund of order {number} failed. Its customer still waits for the money.",
}


def ask(*, order: Order, payment: Payment, reason: str, now: datetime) -> None:
    """Put the payment on the staff's list and call them. The caller holds both locks."""
    payment.attention = reason
    payment.updated_at = now
    payment.save(update_fields=["attention", "updated_at"])
    message = _STORIES[reason].format(paid=money.text(payment.amount), number=order.order_number)
    alerts.raise_alert(
        kind=Alert.Kind.PAYMENT_ATTENTION,
        message=message,
        event="payment.attention",
        order_id=order.pk,
        now=now,
    )


def settle_if_refunded(*, order: Order, payment: Payment, now: datetime) -> None:
    """More money went back: that settles a failed refund of an order that stands; else it takes all of it."""
    is_kept = payment.is_taken and order.status != Order.Status.CANCELLED
    is_enough = payment.attention == REFUND_FAILED and is_kept
    if payment.attention is None or not (is_enough or payment.refunded_amount == payment.amount):
        return
    payment.attention = None
    payment.save(update_fields=["attention"])
    if order.payments.filter(attention__isnull=False).exists():
        return  # the order's alerts stay, for its other payment
    alerts.settle(kind=Alert.Kind.PAYMENT_ATTENTION, order_id=order.pk, now=now)
