"""Which event starts which task: the whole list."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol


class Told(Protocol):
    """What a subscription may look at."""

    topic: str
    event: str
    data: Mapping[str, Any]


# (kind of topic, event): each task with the keys of the event's data that become its arguments.
# The kind is what stands before the colon: feeds repeat an order's event, so the kind keeps it to one task.
TASKS: dict[tuple[str, str], list[tuple[str, dict[str, str]]]] = {
    ("order", "order.processing"): [("orders.mail_confirmation", {"order_id": "id"})],
    ("order", "order.shipped"): [("orders.mail_shipped", {"order_id": "id"})],
    ("order", "order.delivered"): [("orders.mail_delivered", {"order_id": "id"})],
    ("order", "order.cancelled"): [
        ("payments.settle_cancelled_order", {"order_id": "id"}),
        ("orders.mail_cancelled", {"order_id": "id"}),
    ],
    ("order", "order.refunded"): [("orders.mail_refunded", {"order_id": "id"})],
    ("internal", "account.registered"): [("accounts.mail_verification", {"email": "email"})],
    ("internal", "account.verification_asked"): [("accounts.mail_verification", {"email": "email"})],
    ("internal", "account.reset_asked"): [("accounts.mail_reset", {"email": "email"})],
    ("internal", "alert.raised"): [("alerts.address_mail", {"alert_id": "alert_id"})],
    ("internal", "category.renamed"): [
        ("catalog.refresh_branch", {"category": "category", "after": "after"})
    ],
    ("internal", "payment.unwanted"): [("payments.call_off", {"intent_id": "intent_id"})],
    ("internal", "refund.requested"): [("payments.send_refund", {"refund_id": "refund_id"})],
    ("internal", "stripe.event_received"): [("payments.process_event", {"event_id": "event_id"})],
    ("internal", "alert.addressed"): [("alerts.mail", {"alert_id": "alert_id", "to": "to"})],
}


def jobs_for(events: Iterable[Told]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs that the events start, in order: (task, its keyword arguments)."""
    for told in events:
        for task, arguments in TASKS.get((told.topic.partition(":")[0], told.event), []):
            yield task, {name: told.data[key] for name, key in arguments.items()}
