"""Stripe's books against ours: repaired where the arbiter can, else listed for staff."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from backend.payments import arbiter, comparing, discrepancies, gateway, queries
from backend.payments.provider import Intent, RefundResult, UnknownAtProvider

# Clocks differ, and our row is written after Stripe's object.
OVERLAP = timedelta(hours=1)
# Of what we have and Stripe's list has not, in one run: each is asked for by itself.
MOST_MISSING = 100
KEY = "Stripe's API key"
KEY_STORY = "Stripe refuses our API key: no order can be paid or refunded. See STRIPE_SECRET_KEY."


def intents_that_differ(*, since: datetime) -> Iterator[str]:
    """Intents opened since then that Stripe's list and our books do not agree on.

    Those that staff know of already are not among them. A page of Stripe's list costs one call and at most
    two queries. Raises ProviderUnavailable.
    """
    seen: set[str] = set()
    for page in gateway.list_intents(since=since):
        seen.update(intent.id for intent in page)
        yield from queries.not_listed(_differing(page))
    missing = (id for id in queries.paid_intents(since=since + OVERLAP) if id not in seen)
    yield from queries.not_listed(list(islice(missing, MOST_MISSING)))


def intents_whose_refunds_differ(*, since: datetime) -> Iterator[str]:
    """As `intents_that_differ`, for the refunds made since then, of payments however old."""
    seen: set[str] = set()
    for page in gateway.list_refunds_since(since):
        seen.update(result.id for result in page)
        yield from queries.not_listed(_with_differing_refunds(page))
    ours = queries.sent_refunds(since=since + OVERLAP)
    missing = dict.fromkeys(intent_id for stripe_id, intent_id in ours if stripe_id not in seen)
    yield from queries.not_listed(list(islice(missing, MOST_MISSING)))


def examine(*, intent_id: str, now: datetime) -> None:
    """Repair our books of the intent if the arbiter can; tell staff what is left, or that nothing is.

    Raises ProviderUnavailable.
    """
    arbiter.apply_payment_state(intent_id=intent_id, now=now)
    intent = _intent(intent_id)
    results = gateway.list_refunds(intent_id) if intent else []
    payment = queries.by_intent(intent_id)
    if payment and payment.updated_at >= now:
        return  # it moved while Stripe was asked: the next run compares what stands still
    story = comparing.story(
        intent=intent,
        results=results,
        payment=payment,
        refunds=queries.heard_of_refunds(intent_id, before=now),
    )
    order_id = payment.order_id if payment else None
    discrepancies.follow(about=intent_id, story=story, order_id=order_id, now=now)


def note_key(*, is_refused: bool, now: datetime) -> None:
    """Staff learn that Stripe does not take our API key, and that it does again."""
    discrepancies.follow(about=KEY, story=KEY_STORY if is_refused else None, order_id=None, now=now)


def listed_intents() -> list[str]:
    """The intents that staff have been told of: each is examined again."""
    return [about for about in queries.open_discrepancies() if about != KEY]


def _differing(page: Iterable[Intent]) -> list[str]:
    ours = queries.by_intents([intent.id for intent in page])
    return [intent.id for intent in page if comparing.differs(intent, ours.get(intent.id))]


def _with_differing_refunds(page: Iterable[RefundResult]) -> list[str]:
    ours = queries.our_intents({result.intent_id for result in page})
    known = queries.refunds_by_stripe_id([result.id for result in page])
    found = [
        result.intent_id
        for result in page
        if result.intent_id in ours and comparing.refund_differs(result, known.get(result.id))
    ]
    return list(dict.fromkeys(found))


def _intent(intent_id: str) -> Intent | None:
    try:
        return gateway.retrieve_intent(intent_id)
    except UnknownAtProvider:
        return None
