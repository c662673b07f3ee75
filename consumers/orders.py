"""`/ws/orders/` and `/ws/orders/{id}/`: the caller's orders, everybody's for staff, or one in full."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from backend.core import moment
from backend.orders import events, shapes
from backend.orders import queries as orders
from backend.outbox import feeds
from consumers.codes import Code, Refused
from consumers.live import LiveSocket
from consumers.news import Seen
from consumers.request import Request
from consumers.topics import Watch

NEWEST = 50


class OrdersSocket(LiveSocket):
    """The newest 50 orders and then each change; `?scope=all` is for staff."""

    async def watch(self, asked: Request, user: Any) -> Watch:
        scopes = asked.query.get("scope", [])
        if not scopes:
            return Watch([events.feed(user.pk)], look_at_feeds, is_stream=True)
        if scopes != ["all"]:
            raise Refused(Code.BAD_REQUEST, name="validation_error", error="The only scope is `all`")
        if not user.is_staff:
            raise Refused(Code.PERMISSION_DENIED, name="permission_denied", error="Staff only")
        return Watch([events.ALL], look_at_feeds, is_stream=True)


class OrderSocket(LiveSocket):
    """One order, for its owner and staff."""

    async def watch(self, asked: Request, user: Any) -> Watch:
        order_id = _id(asked.path["order_id"])
        owner = None if order_id is None else await self.hub.owners.of_order(order_id)
        if order_id is None or owner is None or (owner != user.pk and not user.is_staff):
            # The same answer for all: whether an order exists is its owner's business.
            raise Refused(Code.PERMISSION_DENIED, name="permission_denied", error="Not your order")
        return Watch([events.topic(order_id)], look_at_orders, is_stream=True)


def look_at_feeds(topics: Sequence[str]) -> dict[str, Seen]:
    """The newest orders of each feed, exact to its counter."""
    return {topic: Seen(topic, *feeds.read(topic=topic, read=partial(_newest, topic))) for topic in topics}


def look_at_orders(topics: Sequence[str]) -> dict[str, Seen]:
    """Each order in full, as of one moment."""
    return {topic: moment.at_once(partial(_order, topic)) for topic in topics}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _newest(topic: str) -> list[dict[str, Any]]:
    if topic == events.ALL:
        return [shapes.staff_summary_json(order) for order in orders.staff_list()[:NEWEST]]
    user_id = UUID(topic.rpartition(":")[2])
    return [shapes.summary_json(order) for order in orders.of_user(user_id)[:NEWEST]]


def _order(topic: str) -> Seen:
    order = orders.by_id(UUID(topic.rpartition(":")[2]))
    return Seen(topic, order.version, shapes.order_json(order))
