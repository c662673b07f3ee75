"""What staff still have to look at, and what they have looked at."""

from uuid import UUID

from django.db.models import Count, QuerySet

from backend.alerts.models import Alert
from backend.core.errors import Missing


def staff_rows(*, kind: str | None = None, is_open: bool = False) -> QuerySet[Alert]:
    """Alerts, newest first, with who acknowledged them; of one kind, or only the open ones."""
    rows = Alert.objects.select_related("acknowledged_by").order_by("-created_at", "id")
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(acknowledged_at__isnull=True) if is_open else rows


def open_alerts(*, limit: int = 50) -> list[Alert]:
    """The newest open alerts."""
    return list(staff_rows(is_open=True)[:limit])


def open_counts() -> dict[str, int]:
    """How many alerts are open, by kind; every kind is there."""
    found = Alert.objects.filter(acknowledged_at__isnull=True).values_list("kind").annotate(Count("id"))
    return {**dict.fromkeys(Alert.Kind.values, 0), **dict(found.order_by())}


def alert(alert_id: UUID) -> Alert:
    """The alert. Raises Missing."""
    found = staff_rows().filter(pk=alert_id).first()
    if found is None:
        raise Missing("There is no such alert")
    return found
