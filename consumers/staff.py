"""`/ws/staff/`: what staff must look at, and new orders."""

from collections.abc import Sequence
from typing import Any

from backend.alerts import queries as alerts
from backend.alerts import shapes
from backend.alerts.actions import FEED
from backend.outbox import feeds
from consumers.codes import Code, Refused
from consumers.live import LiveSocket
from consumers.news import Seen
from consumers.request import Request
from consumers.topics import Watch

NEWEST = 50


class StaffSocket(LiveSocket):
    """The open alerts, then each alert, each acknowledgement and each new order."""

    async def watch(self, asked: Request, user: Any) -> Watch:
        if not user.is_staff:
            raise Refused(Code.PERMISSION_DENIED, name="permission_denied", error="Staff only")
        return Watch([FEED], look, is_stream=True)


def look(topics: Sequence[str]) -> dict[str, Seen]:
    """The newest open alerts, exact to the feed's counter."""
    return {topic: Seen(topic, *feeds.read(topic=topic, read=_open)) for topic in topics}


def _open() -> list[dict[str, Any]]:
    return [shapes.alert_json(alert) for alert in alerts.open_alerts(limit=NEWEST)]
