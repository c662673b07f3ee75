"""Stripe's events: verified and stored in the request, processed by a task; each once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from backend.core import rows, transactions
from backend.core.errors import Missing, ShopError
from backend.core.statements import Statement
from backend.outbox import actions as outbox
from backend.payments import arbiter, gateway
from backend.payments.models import StripeEvent
from backend.payments.provider import InvalidSignature

SWEPT_AFTER = timedelta(minutes=2)
KEPT = timedelta(days=90)
BATCH = 1000
LONGEST_ID = 255
LONGEST_TYPE = 100
HANDLED = {
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "payment_intent.requires_action",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
}
_PROCESSED = """
UPDATE payments_stripeevent SET outcome = %(outcome)s, processed_at = %(now)s, error = ''
 WHERE event_id = %(event_id)s
"""

Outcome = StripeEvent.Outcome


@transactions.retried
def receive(*, payload: bytes, signature: str, now: datetime) -> None:
    """Store the event for its task; one that came before changes nothing. Raises InvalidSignature."""
    event = _storable(gateway.verify_event(payload=payload, signature=signature))
    event_id, kind = event.get("id"), event.get("type")
    if not isinstance(event_id, str) or not isinstance(kind, str) or len(event_id) > LONGEST_ID:
        raise InvalidSignature("This is no event")
    received = StripeEvent(event_id=event_id, type=kind[:LONGEST_TYPE], payload=event, received_at=now)
    if kind not in HANDLED:
        # Most of what Stripe sends: nothing is to be done, so no task is started for it.
        received.outcome, received.processed_at = Outcome.UNHANDLED, now
    is_new = rows.insert([received], otherwise="ON CONFLICT (event_id) DO NOTHING RETURNING event_id")
    if is_new and kind in HANDLED:
        outbox.publish_internally(event="stripe.event_received", data={"event_id": event_id}, now=now)


def process(*, event_id: str, now: datetime) -> None:
    """Let the arbiter look at the payment that the event is about; what the event says of it is not trusted.

    What fails is raised again, and kept on the row.
    """
    found = rows.select(StripeEvent, "event_id = %(event_id)s", event_id=event_id)
    if not found:
        raise Missing("No such event")
    (event,) = found
    if event.processed_at:
        return
    try:
        event.outcome = _apply(event, now)
    except ShopError as error:
        event.error = f"{type(error).__name__}: {error}"
        event.save(update_fields=["error"])
        raise
    # If this is forgotten, the event is looked at again, which changes nothing.
    noted = {"event_id": event_id, "outcome": str(event.outcome), "now": now}
    transactions.unhurried(Statement(_PROCESSED, noted, is_planned_once=True))


def left_behind(*, now: datetime, limit: int = 500) -> list[str]:
    """Events that should have been processed by now, the oldest first."""
    found = StripeEvent.objects.filter(processed_at__isnull=True, received_at__lte=now - SWEPT_AFTER)
    return list(found.order_by("received_at").values_list("pk", flat=True)[:limit])


def prune(*, now: datetime) -> int:
    """Forget events that were processed and are older than 90 days, a batch a transaction; returns how many.

    Stripe repeats an event for three days; one that came even later would find its payment where it is.
    """
    old = StripeEvent.objects.filter(received_at__lt=now - KEPT, processed_at__isnull=False)
    count = 0
    while ids := list(old.order_by("received_at").values_list("pk", flat=True)[:BATCH]):
        count += StripeEvent.objects.filter(pk__in=ids).delete()[0]
    return count


def _apply(event: StripeEvent, now: datetime) -> StripeEvent.Outcome:
    intent_id = _intent_id(event.payload)
    if event.type not in HANDLED or not intent_id:
        return Outcome.UNHANDLED
    verdict = arbiter.apply_payment_state(intent_id=intent_id, now=now)
    return Outcome.APPLIED if verdict else Outcome.NOT_OURS


def _intent_id(payload: Mapping[str, Any]) -> str | None:
    """The intent that the event's object is, or belongs to."""
    data = payload.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        return None
    found = about if about.get("object") == "payment_intent" else about.get("payment_intent")
    found = found.get("id") if isinstance(found, dict) else found  # a link may be followed already
    return found if isinstance(found, str) else None


def _storable(value: Any) -> Any:
    """The value without what Python reads as JSON and PostgreSQL can't keep: NUL, surrogates, infinities."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    return value
