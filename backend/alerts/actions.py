"""Call for staff's eyes, and take the call back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from backend.alerts import queries
from backend.alerts.models import Alert
from backend.alerts.shapes import alert_json
from backend.core import transactions
from backend.outbox import actions as outbox

FEED = "staff:alerts"


@transactions.retried
def raise_alert(
    *, kind: str, message: str, event: str, now: datetime, sku: str = "", order_id: UUID | None = None
) -> Alert:
    """Store the alert, show it on the staff's socket as `event`, and let a task mail it."""
    alert = Alert.objects.create(kind=kind, sku=sku, order_id=order_id, message=message, created_at=now)
    outbox.publish_to_feeds(topics=[FEED], event=event, data=alert_json(alert), now=now)
    facts = {"alert_id": str(alert.pk), "kind": kind}
    outbox.publish_internally(event="alert.raised", data=facts, now=now)
    return alert


@transactions.retried
def address_mail(*, alert_id: UUID, addresses: Iterable[str], now: datetime) -> None:
    """Have the alert mailed to each address."""
    for address in addresses:
        facts = {"alert_id": str(alert_id), "to": address}
        outbox.publish_internally(event="alert.addressed", data=facts, now=now)


@transactions.retried
def acknowledge(*, alert_id: UUID, user: AbstractBaseUser, now: datetime) -> Alert:
    """Somebody has seen to it. A second time changes nothing and answers the row as it is. Raises Missing."""
    _close(alert_id=alert_id, by_id=user.pk, now=now)
    return queries.alert(alert_id)


@transactions.retried
def settle(*, kind: str, order_id: UUID, now: datetime) -> int:
    """The cause is gone: close the order's open alerts of the kind in the system's name; returns how many."""
    found = queries.staff_rows(kind=kind, is_open=True).filter(order_id=order_id)
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    return sum(_close(alert_id=alert_id, by_id=None, now=now) for alert_id in ids)


@transactions.retried
def settle_alert(*, alert_id: UUID, now: datetime) -> bool:
    """The cause is gone: close this alert in the system's name; returns whether it was open."""
    return _close(alert_id=alert_id, by_id=None, now=now)


def _close(*, alert_id: UUID, by_id: UUID | None, now: datetime) -> bool:
    """Close the alert and tell so, unless somebody was first: the conditional UPDATE knows."""
    still_open = Alert.objects.filter(pk=alert_id, acknowledged_at__isnull=True)
    if not still_open.update(acknowledged_at=now, acknowledged_by_id=by_id):
        return False
    data = alert_json(queries.alert(alert_id))
    outbox.publish_to_feeds(topics=[FEED], event="alert.acknowledged", data=data, now=now)
    return True
