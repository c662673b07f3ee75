"""The opening of payments: an intent at Stripe, then its row."""

from datetime import datetime
from uuid import UUID

from backend.core import money, rows, transactions
from backend.orders import actions as order_actions
from backend.orders import queries as orders
from backend.orders.models import Order
from backend.outbox import actions as outbox
from backend.payments import books, gateway, queries, states
from backend.payments.models import Payment
from backend.payments.provider import Intent


def open_payment(*, order: Order, number: int, now: datetime) -> Payment | None:
    """A new payment of the order's total, its `number`th; None when the order wants none of it any more.

    The same number and total are the same intent, also in parallel. May not be called inside a transaction.
    Raises ProviderUnavailable.
    """
    return _record(_intent(order, number), order_id=order.pk, now=now)


def is_of_total(*, order: Order, payment: Payment) -> bool:
    """Whether it was opened for what the order costs now."""
    return (payment.amount, payment.currency) == (order.total_amount, order.currency)


def _intent(order: Order, number: int) -> Intent:
    amount = money.to_minor(order.total_amount)
    return gateway.create_intent(
        amount=amount,
        currency=order.currency,
        # For a day, Stripe refuses a key that it knows with another amount: so the key names the amount.
        key=f"order:{order.pk}:intent:{number}:{amount}{order.currency}",
        metadata={
            "order_id": str(order.pk),
            "order_number": order.order_number,
            "customer_email": order.user.email,
        },
    )


@transactions.retried
def _record(intent: Intent, *, order_id: UUID, now: datetime) -> Payment | None:
    """The intent's row, if the order still wants it; else a task ends it at Stripe."""
    order = orders.lock_order(order_id=order_id)
    payments = queries.lock_payments_of(order_id=order_id)
    known = next((payment for payment in payments if payment.intent_id == intent.id), None)
    if known:
        return known if _is_wanted(order, known) else None
    payment = _row(order, intent, number=len(payments) + 1, now=now)
    has_other = any(one.status in (*states.OPEN, *states.HOLDS_MONEY) for one in payments)
    if has_other or not _is_wanted(order, payment):
        payment.status = Payment.Status.CANCELLED
        rows.insert([payment])
        outbox.publish_internally(event="payment.unwanted", data={"intent_id": intent.id}, now=now)
        return None
    rows.insert([payment])
    # It is the newest, and an order that waits has taken none: the one that the order tells of.
    order_actions.payment_changed(order=order, payment=books.facts(payment), event="order.payment", now=now)
    return payment


def _is_wanted(order: Order, payment: Payment) -> bool:
    is_open = order.status == Order.Status.PENDING and payment.status in states.OPEN
    return is_open and is_of_total(order=order, payment=payment)


def _row(order: Order, intent: Intent, *, number: int, now: datetime) -> Payment:
    return Payment(
        order=order,
        number=number,
        intent_id=intent.id,
        client_secret=intent.client_secret,
        amount=money.from_minor(intent.amount),
        currency=intent.currency,
        refunded_amount=money.ZERO,
        created_at=now,
        updated_at=now,
    )
