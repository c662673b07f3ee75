"""Which payments there are, and their locks: after the order's, before stock."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from backend.core import money, rows
from backend.core.errors import Missing
from backend.orders.models import Order
from backend.payments import states
from backend.payments.models import Discrepancy, Payment, Refund
from backend.payments.provider import Intent

SENT_BY_NOW = timedelta(minutes=2)
_WHOSE = """
SELECT order_id, EXISTS (SELECT FROM payments_refund WHERE payment_id = payment.id)
  FROM payments_payment AS payment WHERE intent_id = %(intent_id)s
"""


def lock_payment(*, intent_id: str) -> Payment | None:
    """The payment, its row locked until the caller's transaction ends; its order is locked already.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a payment is locked inside a transaction")
    which = "intent_id = %(intent_id)s FOR UPDATE"
    return next(iter(rows.select(Payment, which, intent_id=intent_id)), None)


def lock_payments_of(*, order_id: UUID) -> list[Payment]:
    """All payments of the order, oldest first, locked as by `lock_payment`."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("payments are locked inside a transaction")
    return rows.select(Payment, "order_id = %(order_id)s ORDER BY number FOR UPDATE", order_id=order_id)


def payments_of(*, order_id: UUID) -> list[Payment]:
    """All payments of the order, oldest first, as they stand now; not locked."""
    return rows.select(Payment, "order_id = %(order_id)s ORDER BY number", order_id=order_id)


def by_intent(intent_id: str) -> Payment | None:
    """The payment of the intent, if it is one of ours."""
    return next(iter(rows.select(Payment, "intent_id = %(intent_id)s", intent_id=intent_id)), None)


def by_intents(intent_ids: list[str]) -> dict[str, Payment]:
    """Our payments among these intents; `sent_back` is what Stripe has sent back of each, or is about to."""
    at_stripe = Q(refunds__stripe_id__isnull=False) & ~Q(refunds__status=Refund.Status.FAILED)
    rows = Payment.objects.annotate(sent_back=Sum("refunds__amount", filter=at_stripe, default=money.ZERO))
    return {payment.intent_id: payment for payment in rows.filter(intent_id__in=intent_ids)}


def our_intents(intent_ids: Collection[str]) -> set[str]:
    """Those of the intents that are payments of ours."""
    return set(Payment.objects.filter(intent_id__in=intent_ids).values_list("intent_id", flat=True))


def paid_intents(*, since: datetime) -> list[str]:
    """The intents of payments made since then whose money came."""
    paid = Payment.objects.filter(status__in=states.PAID, created_at__gte=since)
    return list(paid.values_list("intent_id", flat=True))


def refunds_by_stripe_id(stripe_ids: Collection[str]) -> dict[str, Refund]:
    """Our refunds among Stripe's."""
    return {str(refund.stripe_id): refund for refund in Refund.objects.filter(stripe_id__in=stripe_ids)}


def sent_refunds(*, since: datetime) -> list[tuple[str, str]]:
    """(Stripe's id, the intent) of the refunds made since then that Stripe has taken and not failed."""
    rows = _sent().filter(created_at__gte=since).values_list("stripe_id", "payment__intent_id")
    return [(str(stripe_id), intent_id) for stripe_id, intent_id in rows]


def heard_of_refunds(intent_id: str, *, before: datetime) -> list[Refund]:
    """The refunds of the intent that Stripe has taken, unchanged since before then, the oldest first."""
    taken = Refund.objects.filter(payment__intent_id=intent_id, stripe_id__isnull=False)
    return list(taken.filter(updated_at__lt=before).order_by("created_at", "id"))


def _sent() -> QuerySet[Refund]:
    return Refund.objects.filter(stripe_id__isnull=False).exclude(status=Refund.Status.FAILED)


def open_discrepancies() -> list[str]:
    """What staff have been told of, and is not settled."""
    return list(Discrepancy.objects.filter(settled_at__isnull=True).values_list("about", flat=True))


def not_listed(intent_ids: list[str]) -> list[str]:
    """Those of the intents that staff have not been told of."""
    if not intent_ids:
        return []
    told = Discrepancy.objects.filter(settled_at__isnull=True, about__in=intent_ids)
    known = set(told.values_list("about", flat=True))
    return [id for id in intent_ids if id not in known]


def order_id_on(intent: Intent) -> UUID | None:
    """The order of ours that we named in the intent's metadata, if we did."""
    try:
        order_id = UUID(intent.metadata.get("order_id", ""))
    except ValueError:
        return None
    return Order.objects.filter(pk=order_id).values_list("pk", flat=True).first()


def of_order(*, order_id: UUID, intent_id: str) -> Payment:
    """The order's payment by this intent. Raises Missing, also for another order's."""
    found = Payment.objects.filter(order_id=order_id, intent_id=intent_id).first()
    if found is None:
        raise Missing("This order has no such payment")
    return found


def open_payments_of(order_id: UUID) -> list[Payment]:
    """The order's payments whose money may still come."""
    return list(Payment.objects.filter(order_id=order_id, status__in=states.OPEN))


def whose(intent_id: str) -> tuple[UUID | None, bool]:
    """The order of our payment by this intent, and whether it has refunds; (None, False) for another's."""
    return next(iter(rows.fetch_by_key(_WHOSE, intent_id=intent_id)), (None, False))


def left_to_refund(payment: Payment) -> Decimal:
    """What neither went back nor is about to. Exact only while the payment is locked."""
    spoken_for = payment.refunds.exclude(status=Refund.Status.FAILED).aggregate(sum=Sum("amount"))["sum"]
    return payment.amount - (spoken_for or money.ZERO)


def staff_list(*, attention: bool = False) -> QuerySet[Payment]:
    """All payments, newest first; with `attention` only those that need some."""
    rows = Payment.objects.select_related("order").order_by("-created_at", "id")
    return rows.filter(attention__isnull=False) if attention else rows


def overdue_orders(*, now: datetime, limit: int = 200) -> list[UUID]:
    """Orders whose time to pay is over, the oldest first; not those whose money is at the bank.

    Those with no intent to cancel come before the others, so that a silent Stripe keeps none of their units.
    """
    late = Order.objects.filter(status=Order.Status.PENDING, expires_at__lte=now)
    payments = Payment.objects.filter(order=OuterRef("pk"))
    at_the_bank = payments.filter(status=Payment.Status.PROCESSING)
    needs_stripe = Exists(payments.filter(status__in=states.OPEN))
    found = late.filter(~Exists(at_the_bank)).order_by(needs_stripe, "expires_at")
    return list(found.values_list("pk", flat=True)[:limit])


def unsettled_intents(*, before: datetime, limit: int = 500) -> list[str]:
    """Intents opened before then whose money may still come, and all with a refund under way at Stripe."""
    refunding = Refund.objects.filter(
        payment=OuterRef("pk"), status=Refund.Status.PENDING, stripe_id__isnull=False
    )
    is_open = Q(status__in=states.OPEN, created_at__lt=before)
    # In any order: where there are more than one run can ask for, the next one asks for others.
    found = Payment.objects.filter(is_open | Q(Exists(refunding))).order_by("?")
    return list(found.values_list("intent_id", flat=True)[:limit])


def unsent_refunds(*, now: datetime, limit: int = 500) -> list[UUID]:
    """Refunds that should have reached Stripe by now."""
    late = Refund.objects.filter(
        status=Refund.Status.PENDING, stripe_id__isnull=True, created_at__lt=now - SENT_BY_NOW
    )
    return list(late.order_by("created_at").values_list("pk", flat=True)[:limit])


def unsettled_cancellations(*, limit: int = 500) -> list[UUID]:
    """Cancelled orders that still can be paid, or whose money nobody has begun to send back."""
    under_way = Refund.objects.filter(payment=OuterRef("pk"), status=Refund.Status.PENDING)
    payments = Payment.objects.filter(order__status=Order.Status.CANCELLED)
    is_kept = Q(~Exists(under_way), status__in=states.HOLDS_MONEY, attention__isnull=True)
    found = payments.filter(Q(status__in=states.OPEN) | is_kept)
    return list(found.order_by("updated_at").values_list("order_id", flat=True)[:limit])
