"""A refund's way to Stripe, once reserved."""

from datetime import datetime, timedelta
from uuid import UUID

from backend.core import money, transactions
from backend.orders import queries as orders
from backend.payments import arbiter, books, gateway, queries
from backend.payments.models import Refund
from backend.payments.provider import ProviderRefused, RefundResult

# Stripe forgets an idempotency key after a day; an older request is looked for before it is sent again.
KEY_IS_FRESH = timedelta(hours=12)


def send_refund(*, refund_id: UUID, now: datetime) -> None:
    """Ask Stripe for the refund and record the answer; one that was sent or settled is left alone.

    Raises ProviderUnavailable. A refusal frees the amount and calls staff.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    intent_id = refund.payment.intent_id
    if now - refund.created_at > KEY_IS_FRESH:
        arbiter.apply_payment_state(intent_id=intent_id, now=now)
        refund.refresh_from_db()
    if refund.status != Refund.Status.PENDING or refund.stripe_id:
        return
    amount = money.to_minor(refund.amount)
    try:
        result = gateway.create_refund(intent_id=intent_id, amount=amount, refund_id=refund.pk)
    except ProviderRefused as refusal:
        # It may have gone before, its answer lost, and be refused for that: the look finds it then.
        arbiter.apply_payment_state(intent_id=intent_id, now=now)
        _record(refund_id, failure=str(refusal), now=now)
    else:
        _record(refund_id, result=result, now=now)


@transactions.retried
def _record(refund_id: UUID, *, now: datetime, result: RefundResult | None = None, failure: str = "") -> None:
    intent_id, order_id = _whose(refund_id)
    order = orders.lock_order(order_id=order_id)
    payment = queries.lock_payment(intent_id=intent_id)
    assert payment is not None
    if result:
        return books.enter_refunds(order=order, payment=payment, results=[result], now=now)
    refund = payment.refunds.get(pk=refund_id)
    # A webhook may have told us meanwhile what became of it.
    if refund.status == Refund.Status.PENDING and not refund.stripe_id:
        books.refuse(order=order, payment=payment, refund=refund, failure=failure, now=now)
    return None


def _whose(refund_id: UUID) -> tuple[str, UUID]:
    row = Refund.objects.filter(pk=refund_id).values_list("payment__intent_id", "payment__order_id")
    return row.get()
