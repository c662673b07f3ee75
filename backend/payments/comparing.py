"""Stripe's intents and refunds beside our rows: what may differ, and what differs for good."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from backend.core import money
from backend.payments import states
from backend.payments.models import Payment, Refund
from backend.payments.provider import Intent, RefundResult

_NOT_SENT = ("failed", "canceled")


def differs(intent: Intent, payment: Payment | None) -> bool:
    """Whether the intent deserves a look: `payment` is our row with its `sent_back`, if there is one."""
    status = states.of(intent)
    if payment is None:
        return _is_ours(intent) and _holds_money(intent)
    if payment.status not in states.PAID:
        return states.may_move(current=payment.status, to=status)
    is_same = status == states.Status.COMPLETED and _same_money(intent, payment)
    return not is_same or intent.amount_refunded != money.to_minor(_sent_back(payment))


def refund_differs(result: RefundResult, refund: Refund | None) -> bool:
    """Whether Stripe's refund of a payment of ours is not in our books as it is in Stripe's."""
    if refund is None:
        return True
    is_back = refund.status == Refund.Status.FAILED
    is_done = refund.status == Refund.Status.SUCCEEDED
    is_settled = is_done == (result.status == "succeeded") and is_back == (result.status in _NOT_SENT)
    return not is_settled or result.amount != money.to_minor(refund.amount)


def story(
    *, intent: Intent | None, results: Sequence[RefundResult], payment: Payment | None, refunds: list[Refund]
) -> str | None:
    """What staff must know of an intent that was looked at and still differs; None when nothing does.

    `intent` None: Stripe has none such. `results` are its refunds at Stripe, `refunds` those in our books.
    """
    if payment is None:
        return _story_of_stray(intent) if intent else None
    if payment.status not in states.PAID:
        return None
    sentences = [*_of_payment(intent, payment), *_of_refunds(results, refunds)]
    return f"Payment {payment.intent_id}: {' '.join(sentences)}" if sentences else None


def _story_of_stray(intent: Intent) -> str | None:
    if not (_is_ours(intent) and _holds_money(intent)):
        return None
    paid = f"{money.text(money.from_minor(intent.amount_received))} {intent.currency} came in"
    named = intent.metadata.get("order_number") or intent.metadata.get("order_id")
    return f"Payment {intent.id}: {paid} for order {named}, which is not in our books."


def _of_payment(intent: Intent | None, payment: Payment) -> Iterator[str]:
    if intent is None:
        yield "It is paid in our books, but Stripe does not know it."
    elif states.of(intent) != states.Status.COMPLETED:
        yield f"It is paid in our books, but at Stripe it is {intent.status}."
    elif not _same_money(intent, payment):
        received = money.text(money.from_minor(intent.amount_received))
        ours = f"{money.text(payment.amount)} {payment.currency}"
        yield f"It is {ours} in our books, but {received} {intent.currency} at Stripe."


def _of_refunds(results: Iterable[RefundResult], refunds: Iterable[Refund]) -> Iterator[str]:
    at_stripe = {result.id: result for result in results}
    for refund in refunds:
        result = at_stripe.get(refund.stripe_id or "")
        named = f"Its refund {refund.stripe_id} of {money.text(refund.amount)}"
        if result is None and refund.status != Refund.Status.FAILED:
            yield f"{named} is in our books, but Stripe does not know it."
        elif result is None:
            continue
        elif refund.status == Refund.Status.FAILED and result.status not in _NOT_SENT:
            yield f"{named} has failed in our books, but at Stripe it is {result.status}."
        elif result.amount != money.to_minor(refund.amount):
            yield f"{named} is {money.text(money.from_minor(result.amount))} at Stripe."


def _is_ours(intent: Intent) -> bool:
    """Whether this shop opened it; other programs may share the account, and write order ids of their own."""
    return "order_number" in intent.metadata or _is_uuid(intent.metadata.get("order_id", ""))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _holds_money(intent: Intent) -> bool:
    return states.of(intent) == states.Status.COMPLETED and intent.amount_refunded < intent.amount_received


def _same_money(intent: Intent, payment: Payment) -> bool:
    return (intent.amount_received, intent.currency) == (money.to_minor(payment.amount), payment.currency)


def _sent_back(payment: Payment) -> Decimal:
    return getattr(payment, "sent_back", None) or money.ZERO
