"""The end of payments that must not come any more: of orders cancelled, or whose time to pay is over."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from backend.core import transactions
from backend.orders import actions as order_actions
from backend.orders import queries as orders
from backend.orders.models import Order
from backend.payments import arbiter, attention, books, gateway, queries, states
from backend.payments.provider import ProviderRefused


def call_off(*, intent_id: str, now: datetime) -> None:
    """End the intent at Stripe, or find out what became of it when it is too late for that.

    Raises ProviderUnavailable.
    """
    # Refused: paid, at the bank, or ended before; the arbiter looks which.
    with suppress(ProviderRefused):
        gateway.cancel_intent(intent_id)
    arbiter.apply_payment_state(intent_id=intent_id, now=now)


def settle_cancelled_order(*, order_id: UUID, now: datetime) -> None:
    """See that a cancelled order can't be paid and keeps no money. Raises ProviderUnavailable."""
    for payment in queries.open_payments_of(order_id):
        call_off(intent_id=payment.intent_id, now=now)
    _send_back(order_id, now)


@transactions.retried
def _send_back(order_id: UUID, now: datetime) -> None:
    order = orders.lock_order(order_id=order_id)
    if order.status != Order.Status.CANCELLED:
        return
    for payment in queries.lock_payments_of(order_id=order_id):
        if payment.status in states.HOLDS_MONEY:
            books.reserve_rest(payment=payment, reason=attention.ORDER_CANCELLED, now=now)


def expire_order(*, order_id: UUID, now: datetime) -> bool:
    """Cancel the unpaid order whose time is over, its intent first, so that no money can come behind it.

    False when it was paid meanwhile, or its money is at the bank: then the bank's answer decides.
    Raises ProviderUnavailable.
    """
    for payment in queries.open_payments_of(order_id):
        if payment.status != states.Status.PROCESSING:
            call_off(intent_id=payment.intent_id, now=now)
    return _expire(order_id, now)


@transactions.retried
def _expire(order_id: UUID, now: datetime) -> bool:
    """Under the order's lock no payment is opened or moved, so none is open when the order ends."""
    orders.lock_order(order_id=order_id)
    if queries.open_payments_of(order_id):
        return False
    return order_actions.expire(order_id=order_id, now=now)
