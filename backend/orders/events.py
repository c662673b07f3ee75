"""What the world hears of an order, and on which topics."""

from datetime import datetime
from uuid import UUID

from backend.orders import shapes
from backend.orders.models import Order
from backend.outbox import actions as outbox

ALL = "orders:all"
STAFF = "staff:alerts"


def topic(order_id: UUID) -> str:
    """The order's own topic."""
    return f"order:{order_id}"


def feed(user_id: UUID) -> str:
    """The topic of a customer's orders."""
    return f"orders:{user_id}"


def order_told(*, order: Order, event: str, now: datetime) -> None:
    """Tell the order's topic how it stands now; its version is this change's. The caller holds its lock."""
    data = shapes.order_json(order)
    outbox.publish(topic=topic(order.pk), event=event, version=order.version, data=data, now=now)


def order_moved(*, order: Order, event: str, now: datetime) -> None:
    """Tell the order's topic and the feeds: its owner's, the staff's, and of a new order their alerts'."""
    order_told(order=order, event=event, now=now)
    outbox.publish_to_feeds(
        topics=[feed(order.user_id)], event=event, data=shapes.summary_json(order), now=now
    )
    topics = [ALL, STAFF] if event == "order.created" else [ALL]
    outbox.publish_to_feeds(topics=topics, event=event, data=shapes.staff_summary_json(order), now=now)
