"""Which topics an app may subscribe to."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from backend.alerts import actions as alerts
from backend.inventory import events as stock_events
from backend.orders import events as order_events
from consumers import cart, stock
from consumers import orders as order_sockets
from consumers import staff as staff_sockets
from consumers.client import Client
from consumers.owners import Owners
from consumers.replies import ErrorCode, Failed
from consumers.topics import Watch


async def watch(topic: str, client: Client, owners: Owners) -> Watch:
    """How to watch it. Raises Failed, or the database's Error."""
    judge = _JUDGES.get(topic.partition(":")[0])
    if judge is None or "\0" in topic:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    return await judge(topic, client, owners)


async def _stock(topic: str, client: Client, owners: Owners) -> Watch:
    """Anyone's; whether there is such an SKU, the look will tell."""
    if not 0 < len(topic) - len(stock_events.topic("")) <= stock.LONGEST_NAME:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    return Watch([topic], stock.look, is_stream=False)


async def _orders(topic: str, client: Client, owners: Owners) -> Watch:
    """Their own, by what the token says; everybody's for staff."""
    is_own = client.user_id is not None and topic == order_events.feed(client.user_id)
    if not is_own and not (client.is_staff and topic == order_events.ALL):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], order_sockets.look_at_feeds, is_stream=True)


async def _staff(topic: str, client: Client, owners: Owners) -> Watch:
    if topic != alerts.FEED:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    if not client.is_staff:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], staff_sockets.look, is_stream=True)


async def _cart(topic: str, client: Client, owners: Owners) -> Watch:
    if client.user_id is None or not await owners.has_cart(client.user_id, topic):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], cart.look, is_stream=True)


async def _order(topic: str, client: Client, owners: Owners) -> Watch:
    """Its owner's and staff's. To others, whether there is such an order is nobody's business."""
    if client.user_id is None:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    order_id = _order_id(topic)
    owner = None if order_id is None else await owners.of_order(order_id)
    if owner is None or (owner != client.user_id and not client.is_staff):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], order_sockets.look_at_orders, is_stream=True)


def _order_id(topic: str) -> UUID | None:
    """None for what names no order as orders are named."""
    try:
        order_id = UUID(topic.removeprefix("order:"))
    except ValueError:
        return None
    return order_id if topic == order_events.topic(order_id) else None


_JUDGES: dict[str, Callable[[str, Client, Owners], Awaitable[Watch]]] = {
    "cart": _cart,
    "order": _order,
    "orders": _orders,
    "staff": _staff,
    "stock": _stock,
}
