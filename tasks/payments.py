"""Tasks of payments: what Stripe told, what Stripe must be told, and what nobody told."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from backend.core.errors import ShopError
from backend.payments import arbiter, closing, inbox, queries, reconciling, refunds
from backend.payments.provider import KeyRefused, ProviderUnavailable
from tasks import jobs

log = logging.getLogger(__name__)
TRANSIENT = (ProviderUnavailable, OperationalError, InterfaceError)
# As long as Stripe repeats a webhook that was not answered; older payments are looked for one by one.
LOOK_BACK = timedelta(days=3)
# A few quick failures may be about single payments; a slow one, or many, mean that Stripe is away.
AWAY_AFTER_SECONDS = 3.0


@shared_task(base=jobs.Tracked, name="payments.process_event", transient=TRANSIENT)
def process_event(event_id: str) -> None:
    inbox.process(event_id=event_id, now=timezone.now())


@shared_task(base=jobs.Tracked, name="payments.settle_cancelled_order", transient=TRANSIENT)
def settle_cancelled_order(order_id: str) -> None:
    closing.settle_cancelled_order(order_id=UUID(order_id), now=timezone.now())


@shared_task(base=jobs.Tracked, name="payments.call_off", transient=TRANSIENT)
def call_off(intent_id: str) -> None:
    closing.call_off(intent_id=intent_id, now=timezone.now())


@shared_task(base=jobs.Tracked, name="payments.send_refund", transient=TRANSIENT)
def send_refund(refund_id: str) -> None:
    refunds.send_refund(refund_id=UUID(refund_id), now=timezone.now())


@shared_task(name="payments.expire_orders")
def expire_orders() -> None:
    """Every few seconds: end the orders whose time to pay is over."""
    now = timezone.now()
    with suppress(ProviderUnavailable):
        _each(
            queries.overdue_orders(now=now), lambda order_id: closing.expire_order(order_id=order_id, now=now)
        )


@shared_task(name="payments.reconcile", soft_time_limit=280, time_limit=295)
def reconcile() -> None:
    """Every few minutes: find what a lost webhook, worker or answer left behind, and go on from there.

    What can't be repaired is listed for staff.
    """
    now = timezone.now()
    try:
        for ids, settle in _sweeps(now):
            _each(ids, settle)
        reconciling.note_key(is_refused=False, now=now)
    except KeyRefused:
        reconciling.note_key(is_refused=True, now=now)
    except ProviderUnavailable:
        return  # nor would the sweeps behind it get an answer
    except SoftTimeLimitExceeded:
        log.warning("payment sweeps ran out of time; the next run goes on")


def _sweeps(now: datetime) -> list[tuple[Iterable[Any], Callable[[Any], object]]]:
    """What to look for, lazily, and what to do about each."""
    since = now - LOOK_BACK

    def process(event_id: str) -> None:
        inbox.process(event_id=event_id, now=now)

    def settle(order_id: UUID) -> None:
        closing.settle_cancelled_order(order_id=order_id, now=now)

    def send(refund_id: UUID) -> None:
        refunds.send_refund(refund_id=refund_id, now=now)

    def look(intent_id: str) -> None:
        arbiter.apply_payment_state(intent_id=intent_id, now=now)

    def examine(intent_id: str) -> None:
        reconciling.examine(intent_id=intent_id, now=now)

    return [
        (inbox.left_behind(now=now), process),
        (queries.unsettled_cancellations(), settle),
        (queries.unsent_refunds(now=now), send),
        # Those that staff know of first: what is found after was looked at in this run.
        (reconciling.listed_intents(), examine),
        (reconciling.intents_that_differ(since=since), examine),
        (reconciling.intents_whose_refunds_differ(since=since), examine),
        # What is older than Stripe's lists.
        (queries.unsettled_intents(before=since + reconciling.OVERLAP), look),
    ]


def _each(ids: Iterable[Any], settle: Callable[[Any], object]) -> None:
    """Settle one after the other; one that fails stops none behind it. Raises ProviderUnavailable."""
    patience = AWAY_AFTER_SECONDS
    try:
        for id in ids:
            lost = _one(id, settle)
            patience = patience - lost if lost else AWAY_AFTER_SECONDS
            if patience < 0:
                raise ProviderUnavailable
    except ProviderUnavailable as error:
        log.warning("payment sweep stopped: %s", error)
        raise


def _one(id: Any, settle: Callable[[Any], object]) -> float:
    """Settle it; returns the seconds that were lost on Stripe, 0 if it answered."""
    started = time.monotonic()
    try:
        settle(id)
    except KeyRefused:
        raise
    except ProviderUnavailable:
        log.warning("Stripe did not answer", extra={"id": str(id)})
        return time.monotonic() - started
    except (ShopError, DatabaseError, InterfaceError):
        log.exception("payment sweep passed over one", extra={"id": str(id)})
    return 0.0
