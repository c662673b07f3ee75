"""Which topics an app may subscribe to. Whose a cart or an order is never changes, so it is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from uuid import UUID

from backend.alerts import actions as alerts
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
from consumers.shared import Shared
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
    """Its owner's. Apps that come together, as after a deploy, ask together."""
    carts_asked = _carts_asked(asyncio.get_running_loop())
    if client.user_id is None or await _owner(topic, carts_asked.get) != client.user_id:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], cart.look, is_stream=True)


async def _order(topic: str, client: Client) -> Watch:
    """Its owner's and staff's. To others, whether there is such an order is nobody's business."""
    if client.user_id is None:
        raise Failed(ErrorCode.PERMISSION_DENIED)
    owner = await _owner(topic, _order_owner)
    if owner is None or (owner != client.user_id and not client.is_staff):
        raise Failed(ErrorCode.PERMISSION_DENIED)
    return Watch([topic], order_sockets.look_at_orders, is_stream=True)


async def _owner(topic: str, ask: Callable[[str], Awaitable[UUID | None]]) -> UUID | None:
    if topic not in _owners:
        owner = await ask(topic)
        if owner is None:
            return None
        _owners[topic] = owner
        while len(_owners) > MOST_REMEMBERED:
            del _owners[next(iter(_owners))]
    return _owners.get(topic)


@cache
def _carts_asked(_: asyncio.AbstractEventLoop) -> Shared[str, UUID]:
    """Futures belong to a loop."""
    return Shared(_cart_owners, rounds=2)


async def _cart_owners(topics: Sequence[str]) -> dict[str, UUID]:
    """By topic as events name it, so that a cart has one name only."""
    ids = [cart_id for topic in topics if (cart_id := _id(topic)) is not None]
    owners = await database.ask(partial(carts.owners, ids))
    return {f"cart:{cart_id}": user_id for cart_id, user_id in owners.items()}


async def _order_owner(topic: str) -> UUID | None:
    order_id = _id(topic)
    return None if order_id is None else await database.ask(partial(_owner_of_order, topic, order_id))


def _owner_of_order(topic: str, order_id: UUID) -> UUID | None:
    try:
        order = orders.by_id(order_id)
    except Missing:
        return None
    return order.user_id if topic == order_events.topic(order.pk) else None


def _id(topic: str) -> UUID | None:
    try:
        return UUID(topic.partition(":")[2])
    except ValueError:
        return None


_JUDGES: dict[str, Callable[[str, Client], Awaitable[Watch]]] = {
    "cart": _cart,
    "order": _order,
    "orders": _orders,
    "staff": _staff,
    "stock": _stock,
}
