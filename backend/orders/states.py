"""The one table of allowed moves (guide 7.5)."""

from backend.core.errors import Invalid
from backend.orders.models import Order

Status = Order.Status

ALLOWED: dict[str, set[str]] = {
    Status.PENDING: {Status.PROCESSING, Status.CANCELLED},
    Status.PROCESSING: {Status.SHIPPED, Status.CANCELLED},
    Status.SHIPPED: {Status.DELIVERED},
    Status.DELIVERED: {Status.RETURNED},
    Status.CANCELLED: set(),
    Status.RETURNED: set(),
}
VERBS = {
    Status.PROCESSING: "pay",
    Status.SHIPPED: "ship",
    Status.DELIVERED: "deliver",
    Status.CANCELLED: "cancel",
    Status.RETURNED: "return",
}
BOUGHT = (Status.PROCESSING, Status.SHIPPED, Status.DELIVERED)


class InvalidTransition(Invalid):
    """The order is past (or before) that."""

    code = "invalid_transition"


def check(*, order: Order, to: Status) -> None:
    """Raises InvalidTransition when the order may not become that."""
    if to not in ALLOWED[order.status]:
        raise InvalidTransition(
            f"Cannot {VERBS[to]} order in {order.status} status", details={"status": order.status}
        )
