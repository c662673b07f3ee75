"""Tasks of payments: what Stripe told, what Stripe must be told, and what nobody told."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from backend.core.errors import ShopError
from backend.payments import arbiter, closing, inbox, queries, reconciling, refunds
from backend.payments.provider import ProviderUnavailable
from tasks import jobs

log = logging.getLogger(__name__)
TRANSIENT = (ProviderUnavailable, OperationalError, InterfaceError)
LOOK_BACK = timedelta(days=1)


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
    _each(queries.overdue_orders(now=now), lambda order_id: closing.expire_order(order_id=order_id, now=now))


@shared_task(name="payments.reconcile")
def reconcile() -> None:
    """Every few minutes: find what a lost webhook, worker or answer left behind, and go on from there."""
    now = timezone.now()
    since = now - LOOK_BACK

    def look(intent_id: str) -> None:
        arbiter.apply_payment_state(intent_id=intent_id, now=now)

    sweeps: list[tuple[Iterable[Any], Callable[[Any], None]]] = [
        (inbox.left_behind(now=now), lambda event_id: inbox.process(event_id=event_id, now=now)),
        (
            queries.unsettled_cancellations(),
            lambda order_id: closing.settle_cancelled_order(order_id=order_id, now=now),
        ),
        (
            queries.unsent_refunds(now=now),
            lambda refund_id: refunds.send_refund(refund_id=refund_id, now=now),
        ),
        (reconciling.intents_that_differ(since=since), look),
        # What is older than Stripe's list of the last day; an hour's overlap forgives clocks that differ.
        (queries.unsettled_intents(before=since + timedelta(hours=1)), look),
    ]
    all(_each(ids, settle) for ids, settle in sweeps)  # the first that finds Stripe away ends them


def _each(ids: Iterable[Any], settle: Callable[[Any], object]) -> bool:
    """Settle one after the other; one that fails stops none behind it. False: Stripe is away."""
    try:
        for id in ids:
            _one(id, settle)
    except ProviderUnavailable as error:
        log.warning("payment sweep stopped: %s", error)
        return False
    return True


def _one(id: Any, settle: Callable[[Any], object]) -> None:
    try:
        settle(id)
    except ProviderUnavailable:
        raise
    except (ShopError, OperationalError):
        log.exception("payment sweep passed over one", extra={"id": str(id)})
