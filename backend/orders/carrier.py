"""What carriers tell: each message is applied once."""

from datetime import datetime, timedelta
from uuid import UUID

from backend.core import transactions
from backend.core.errors import Missing
from backend.orders import actions, queries
from backend.orders.models import CarrierEvent, Order

KEPT = timedelta(days=90)
BATCH = 1000


@transactions.retried
def deliver(*, event_id: str, tracking_number: str, at: datetime, now: datetime) -> None:
    """The carrier handed the parcel over at `at`. A known event id or a delivered order changes nothing.

    Of several orders with the number, since carriers use numbers again, the one shipped last that is still on
    its way; with none on its way, the newest. Locks the order. Raises Missing for an unknown tracking number,
    InvalidTransition if it never left.
    """
    order = queries.lock_order(order_id=_parcel(tracking_number))
    # Looked up under the lock: else a repeat could take the next order with the number for its own.
    if CarrierEvent.objects.filter(pk=event_id).exists():
        return
    CarrierEvent.objects.bulk_create(
        [CarrierEvent(event_id=event_id, order=order, received_at=now)], ignore_conflicts=True
    )
    if order.status != Order.Status.DELIVERED:
        actions.deliver_order(order_id=order.pk, actor=None, now=now, delivered_at=min(at, now))


def prune(*, now: datetime) -> int:
    """Forget messages older than 90 days, a batch a transaction; returns how many.

    No carrier repeats itself that late, and if one did, the order is delivered already.
    """
    old = CarrierEvent.objects.filter(received_at__lt=now - KEPT).order_by("received_at")
    count = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        count += CarrierEvent.objects.filter(pk__in=ids).delete()[0]
    return count


def _parcel(tracking_number: str) -> UUID:
    sent = Order.objects.filter(tracking_number=tracking_number)
    on_its_way = sent.filter(status=Order.Status.SHIPPED).order_by("-shipped_at").first()
    found = on_its_way or sent.order_by("-created_at").first()
    if found is None:
        raise Missing("No order has this tracking number")
    return found.pk
