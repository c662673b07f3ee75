"""An alert as JSON: the same in REST, on the staff's socket and in its events."""

from typing import Any

from backend.alerts.models import Alert
from backend.core import clock


def alert_json(alert: Alert) -> dict[str, Any]:
    """The row that staff see; `acknowledged_by` is an e-mail, null where the system settled it."""
    return {
        "id": str(alert.pk),
        "kind": alert.kind,
        "sku": alert.sku or None,
        "order": str(alert.order_id) if alert.order_id else None,
        "message": alert.message,
        "created_at": clock.text(alert.created_at),
        "acknowledged_at": clock.text(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by.email if alert.acknowledged_by else None,
    }
