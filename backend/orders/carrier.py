"""What carriers tell: each message is applied once."""

from datetime import datetime

from backend.core import transactions
from backend.core.errors import Missing
from backend.orders import actions, queries
from backend.orders.models import CarrierEvent, Order


@transactions.retried
def deliver(*, event_id: str, tracking_number: str, at: datetime, now: datetime) -> None:
    """The carrier handed the parcel over at `at`. A known event id or a delivered order changes nothing.

    Locks the order. Raises Missing for an unknown tracking number, InvalidTransition if it never left.
    """
    if CarrierEvent.objects.filter(pk=event_id).exists():
        return
    found = Order.objects.filter(tracking_number=tracking_number).order_by("-created_at").first()
    if found is None:
        raise Missing("No order has this tracking number")
    order = queries.lock_order(order_id=found.pk)
    CarrierEvent.objects.bulk_create(
        [CarrierEvent(event_id=event_id, order=order, received_at=now)], ignore_conflicts=True
    )
    if order.status != Order.Status.DELIVERED:
        actions.deliver_order(order_id=order.pk, actor=None, now=now, delivered_at=min(at, now))
