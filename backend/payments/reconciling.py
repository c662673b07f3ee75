"""Stripe's list of intents against our payments."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from backend.core import money
from backend.payments import gateway, queries, states
from backend.payments.models import Payment
from backend.payments.provider import Intent


def intents_that_differ(*, since: datetime) -> Iterator[str]:
    """Intents opened since then that the arbiter has to look at. Raises ProviderUnavailable."""
    for intents in gateway.list_intents(since=since):
        yield from _differing(intents)


def _differing(intents: Iterable[Intent]) -> Iterator[str]:
    ours = queries.by_intents([intent.id for intent in intents])
    for intent in intents:
        payment = ours.get(intent.id)
        if _differs(intent, payment):
            yield intent.id


def _differs(intent: Intent, payment: Payment | None) -> bool:
    """Whether Stripe knows of money, or of an end, that we have not heard of."""
    status = states.of(intent)
    if payment is None:
        return status == states.Status.COMPLETED and queries.order_id_on(intent) is not None
    is_behind = states.may_move(current=payment.status, to=status)
    return is_behind or intent.amount_refunded != money.to_minor(payment.refunded_amount)
