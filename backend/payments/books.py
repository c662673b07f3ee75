"""A payment's money: what is set aside to go back, what went back. Callers have locked it and its order."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum

from backend.accounts.models import User
from backend.core import money
from backend.orders import actions as orders
from backend.orders.facts import PaymentFacts
from backend.orders.models import Order
from backend.outbox import actions as outbox
from backend.payments import attention, queries
from backend.payments.models import Payment, Refund
from backend.payments.provider import RefundResult

MADE_AT_STRIPE = "Made at Stripe"
_STATUS_AT_STRIPE = {
    "succeeded": Refund.Status.SUCCEEDED,
    "failed": Refund.Status.FAILED,
    "canceled": Refund.Status.FAILED,
}
# A bank may hand a refund back that had succeeded, so failed comes last.
_FORWARD = [Refund.Status.PENDING, Refund.Status.SUCCEEDED, Refund.Status.FAILED]


def facts(payment: Payment) -> PaymentFacts:
    """What the order is told of its payment."""
    return PaymentFacts(
        status=str(payment.status), amount=payment.amount, refunded_amount=payment.refunded_amount
    )


def reserve(*, payment: Payment, amount: Decimal, actor: User | None, reason: str, now: datetime) -> Refund:
    """Set the amount aside to go back; a task sends it after the commit. The caller knows what is left."""
    refund = Refund.objects.create(
        payment=payment, amount=amount, requested_by=actor, reason=reason, created_at=now, updated_at=now
    )
    outbox.publish_internally(event="refund.requested", data={"refund_id": str(refund.pk)}, now=now)
    return refund


def reserve_rest(*, payment: Payment, reason: str, now: datetime) -> None:
    """Set aside all that is neither back nor on its way."""
    left = queries.left_to_refund(payment)
    if left > 0:
        reserve(payment=payment, amount=left, actor=None, reason=reason, now=now)


def enter_refunds(*, order: Order, payment: Payment, results: Iterable[RefundResult], now: datetime) -> None:
    """Take over how refunds stand at Stripe, ours and others', and tell the order what changed."""
    for result in results:
        refund = _row_of(payment, result, now)
        if _move(refund, result, now) and refund.status == Refund.Status.FAILED:
            attention.ask(order=order, payment=payment, reason=attention.REFUND_FAILED, now=now)
    _recount(order, payment, now)


def refuse(*, order: Order, payment: Payment, refund: Refund, failure: str, now: datetime) -> None:
    """Stripe will not send this refund: its amount is free again, and staff are called."""
    refund.status = Refund.Status.FAILED
    refund.failure = failure
    refund.updated_at = now
    refund.save(update_fields=["status", "failure", "updated_at"])
    attention.ask(order=order, payment=payment, reason=attention.REFUND_FAILED, now=now)


def _row_of(payment: Payment, result: RefundResult, now: datetime) -> Refund:
    """Our row of Stripe's refund: known by its id, or by ours that it carries, or made now."""
    rows = Refund.objects.filter(payment=payment)
    known = rows.filter(stripe_id=result.id).first() or _unanswered(payment, result)
    return known or Refund(
        payment=payment,
        amount=money.from_minor(result.amount),
        stripe_id=result.id,
        reason=MADE_AT_STRIPE,
        created_at=now,
    )


def _unanswered(payment: Payment, result: RefundResult) -> Refund | None:
    """Our refund whose answer was lost: Stripe has it, we had not heard."""
    waiting = Refund.objects.filter(payment=payment, stripe_id__isnull=True)
    return next((row for row in waiting if str(row.pk) == result.metadata.get("refund_id")), None)


def _move(refund: Refund, result: RefundResult, now: datetime) -> bool:
    """Store where Stripe's refund stands, unless we know better; returns whether its status is news."""
    status = _STATUS_AT_STRIPE.get(result.status, Refund.Status.PENDING)
    is_forward = _FORWARD.index(status) > _FORWARD.index(Refund.Status(refund.status))
    if refund.stripe_id is None:  # what we took for refused was heard after all
        is_forward = status != refund.status
    if refund.stripe_id == result.id and not is_forward and not refund._state.adding:
        return False
    refund.stripe_id = result.id
    if is_forward:
        refund.status, refund.failure = status, result.failure
    refund.updated_at = now
    refund.save()
    return is_forward


def _recount(order: Order, payment: Payment, now: datetime) -> None:
    """Sum up what went back; a change is told to the order, once."""
    before = payment.refunded_amount
    payment.refunded_amount = _went_back(payment)
    if payment.refunded_amount == before:
        return
    payment.status = _status(payment)
    payment.updated_at = now
    payment.save(update_fields=["refunded_amount", "status", "updated_at"])
    has_grown = payment.refunded_amount > before
    if has_grown:
        attention.settle_if_refunded(order=order, payment=payment, now=now)
    tell(order=order, payment=payment, event="order.refunded" if has_grown else "order.payment", now=now)


def tell(*, order: Order, payment: Payment, event: str, now: datetime) -> None:
    """Tell the order how its payment stands: the one it was paid by, until then the newest."""
    others = order.payments.exclude(pk=payment.pk)
    if payment.is_taken or not others.filter(Q(is_taken=True) | Q(number__gt=payment.number)).exists():
        orders.payment_changed(order=order, payment=facts(payment), event=event, now=now)


def _went_back(payment: Payment) -> Decimal:
    done = payment.refunds.filter(status=Refund.Status.SUCCEEDED)
    return done.aggregate(sum=Sum("amount"))["sum"] or money.ZERO


def _status(payment: Payment) -> Payment.Status:
    if payment.refunded_amount == payment.amount:
        return Payment.Status.REFUNDED
    if payment.refunded_amount:
        return Payment.Status.PARTIALLY_REFUNDED
    return Payment.Status.COMPLETED
