"""Which topics an app may subscribe to. Whose a cart or an order is never changes, so it is asked once."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from django.utils import timezone

from backend.alerts import actions as alerts
from backend.cart import events as cart_events
from backend.cart import queries as carts
from backend.core.errors import Missing
from backend.inventory import events as stock_events
from backend.orders import events as order_events
from backend.orders import queries as orders
from consumers import cart, database, stock
from consumers import orders as order_sockets
from consumers import staff as staff_sockets
from consumers.client import Client
from consumers.replies import ErrorCode, Failed
from consumers.topics import Watch

MOST_REMEMBERED = 50_000
_owners: dict[str, UUID] = {}


async def watch(topic: str, client: Client) -> Watch:
    """How to watch it. Raises Failed, or the database's Error."""
    judge = _JUDGES.get(topic.partition(":")[0])
    if judge is None or "\0" in topic:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    return await judge(topic, client)


async def _stock(topic: str, client: Client) -> Watch:
    """Anyone's; whether there is such an SKU, the look will tell."""
    if not 0 < len(topic) - len(stock_events.topic("")) <= stock.LONGEST_NAME:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    return Watch([topic], stock.look, is_stream=False)


async def _orders(topic: str, client: Client) -> Watch:
    """Their own, by what the token says; everybody's for staff."""
    is_own = client.user_id is not None and topic == order_events.feed(client.user_id)
    if not is_own and not (client.is_staff and topic == order_events.ALL):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], order_sockets.look_at_feeds, is_stream=True)


async def _staff(topic: str, client: Client) -> Watch:
    if topic != alerts.FEED:
        raise Failed(ErrorCode.UNKNOWN_TOPIC)
    if not client.is_staff:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], staff_sockets.look, is_stream=True)


async def _cart(topic: str, client: Client) -> Watch:
    if client.user_id is None or await _owner(topic, partial(_own_cart, client.user_id)) != client.user_id:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], cart.look, is_stream=True)


async def _order(topic: str, client: Client) -> Watch:
    """Its owner's and staff's. To others, whether there is such an order is nobody's business."""
    if client.user_id is None:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    owner = await _owner(topic, partial(_order_owner, topic))
    if owner is None or (owner != client.user_id and not client.is_staff):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], order_sockets.look_at_orders, is_stream=True)


async def _owner(topic: str, question: Callable[[], dict[str, UUID]]) -> UUID | None:
    if topic not in _owners:
        _owners.update(await database.ask(question))
        while len(_owners) > MOST_REMEMBERED:
            del _owners[next(iter(_owners))]
    return _owners.get(topic)


def _own_cart(user_id: UUID) -> dict[str, UUID]:
    """Of a cart only its owner can ask: it is that of theirs, or nobody's."""
    return {cart_events.topic(carts.cart_of(user_id=user_id, now=timezone.now())): user_id}


def _order_owner(topic: str) -> dict[str, UUID]:
    try:
        order = orders.by_id(UUID(topic.removeprefix("order:")))
    except (Missing, ValueError):
        return {}
    return {order_events.topic(order.pk): order.user_id}


_JUDGES: dict[str, Callable[[str, Client], Awaitable[Watch]]] = {
    "cart": _cart,
    "order": _order,
    "orders": _orders,
    "staff": _staff,
    "stock": _stock,
}
