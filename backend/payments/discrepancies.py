"""Where Stripe's books and ours differ for good: listed for staff once, and settled when it is gone."""

from datetime import datetime
from uuid import UUID

from backend.alerts import actions as alerts
from backend.alerts.models import Alert
from backend.core import transactions
from backend.payments.models import Discrepancy

# Staff who have this many to look at are not helped by more: something is wrong with all of them.
MOST_OPEN = 50


@transactions.retried
def follow(*, about: str, story: str | None, order_id: UUID | None, now: datetime) -> None:
    """Let staff's alert about it be what is so now: `story`, or nothing to tell (None).

    Told already, it is not told again, also after staff have acknowledged it. Locks the open discrepancy.
    """
    known = Discrepancy.objects.select_for_update().filter(about=about, settled_at__isnull=True).first()
    if known and known.story == story:
        return
    if known:
        known.settled_at = now
        known.save(update_fields=["settled_at"])
        alerts.settle_alert(alert_id=known.alert_id, now=now)
    if story and Discrepancy.objects.filter(settled_at__isnull=True).count() < MOST_OPEN:
        _tell(about=about, story=story, order_id=order_id, now=now)


def _tell(*, about: str, story: str, order_id: UUID | None, now: datetime) -> None:
    alert = alerts.raise_alert(
        kind=Alert.Kind.PAYMENT_ATTENTION,
        message=story,
        event="payment.attention",
        order_id=order_id,
        now=now,
    )
    Discrepancy.objects.create(about=about, story=story, order_id=order_id, alert_id=alert.pk, created_at=now)
