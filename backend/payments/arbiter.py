"""The one arbiter of money: confirm, webhook, sweeps and reconciliation all end here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.core import money, rows, transactions
from backend.orders import actions as orders
from backend.orders import queries as order_rows
from backend.orders.models import Order
from backend.payments import attention, books, gateway, provider, queries, states
from backend.payments.models import Payment
from backend.payments.provider import Intent, RefundResult, UnknownAtProvider

_PAID = ("status", "updated_at", "amount", "currency", "charge", "paid_at", "is_taken")


@dataclass(frozen=True)
class Verdict:
    """How a payment stands after Stripe was asked; `intent_status` is in Stripe's words."""

    order: Order
    payment: Payment
    intent_status: str


def apply_payment_state(*, intent_id: str, now: datetime) -> Verdict | None:
    """Make the payment what Stripe says it is, whatever woke us; None when the intent is none of ours.

    Asks Stripe first, then locks order and payment. It only moves forward, so a late or repeated call changes
    nothing. Raises ProviderUnavailable. May not be called inside a transaction.
    """
    intent = _intent_now(intent_id)
    order_id, has_refunds = queries.whose(intent_id)
    refunds = gateway.list_refunds(intent_id) if has_refunds or intent.amount_refunded else []
    # An intent whose making we have not heard back from names its order itself.
    order_id = order_id or queries.order_id_on(intent)
    return _enter(intent, refunds, order_id, now) if order_id else None


def _intent_now(intent_id: str) -> Intent:
    """The intent; one that Stripe does not know can't be paid any more than a canceled one."""
    try:
        return gateway.retrieve_intent(intent_id)
    except UnknownAtProvider:
        return provider.gone(intent_id)


@transactions.retried
def _enter(intent: Intent, refunds: Sequence[RefundResult], order_id: UUID, now: datetime) -> Verdict | None:
    order = order_rows.lock_order(order_id=order_id)
    payment = queries.lock_payment(intent_id=intent.id) or _adopt(order, intent, now)
    if payment is None:
        return None
    _move(order, payment, intent, now)
    if refunds and payment.status in states.PAID:
        books.enter_refunds(order=order, payment=payment, results=refunds, now=now)
    return Verdict(order=order, payment=payment, intent_status=intent.status)


def _adopt(order: Order, intent: Intent, now: datetime) -> Payment | None:
    """Money for our order under an intent whose making we did not hear back from: a payment all the same."""
    if states.of(intent) != states.Status.COMPLETED:
        return None
    return Payment(
        order=order,
        number=order.payments.count() + 1,
        intent_id=intent.id,
        amount=order.total_amount,
        currency=order.currency,
        refunded_amount=money.ZERO,
        created_at=now,
    )


def _move(order: Order, payment: Payment, intent: Intent, now: datetime) -> None:
    status = states.of(intent)
    if not states.may_move(current=payment.status, to=status):
        return None
    payment.status = status
    payment.updated_at = now
    if status == states.Status.COMPLETED:
        return _money_came(order, payment, intent, now)
    payment.save(update_fields=["status", "updated_at"])
    return books.tell(order=order, payment=payment, event="order.payment", now=now)


def _money_came(order: Order, payment: Payment, intent: Intent, now: datetime) -> None:
    """The order is paid; or it can't take this money, which then goes back and has staff look."""
    problem = _problem(order, intent)
    payment.amount = money.from_minor(intent.amount_received)
    payment.currency = intent.currency
    payment.charge = dict(intent.charge)
    payment.paid_at = now
    payment.is_taken = problem is None
    if payment._state.adding:
        rows.insert([payment])
    else:
        rows.update(payment, *_PAID)
    if problem is None:
        return orders.mark_paid(order=order, payment=books.facts(payment), now=now)
    attention.ask(order=order, payment=payment, reason=problem, now=now)
    books.reserve_rest(payment=payment, reason=problem, now=now)
    return books.tell(order=order, payment=payment, event="order.payment", now=now)


def _problem(order: Order, intent: Intent) -> str | None:
    """Why the order can't take the money, if it can't: whatever the intent was opened for."""
    if (intent.amount_received, intent.currency) != (money.to_minor(order.total_amount), order.currency):
        return attention.WRONG_AMOUNT
    if order.status == Order.Status.PENDING:
        return None
    is_cancelled = order.status == Order.Status.CANCELLED
    return attention.ORDER_CANCELLED if is_cancelled else attention.ORDER_NOT_WAITING
