"""`/ws/cart/`: the caller's cart, on all their devices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.cart import events, shapes
from backend.cart import queries as carts
from backend.core import moment
from consumers.live import LiveSocket
from consumers.news import Seen
from consumers.request import Request
from consumers.topics import Watch


class CartSocket(LiveSocket):
    """One topic; a cart that did not exist is made."""

    async def watch(self, asked: Request, user: Any) -> Watch:
        return Watch([await self.hub.owners.cart_of(user.pk)], look, is_stream=True)


def look(topics: Sequence[str]) -> dict[str, Seen]:
    """The carts with their lines, all as of one moment."""
    ids = [UUID(topic.rpartition(":")[2]) for topic in topics]
    seen = [_seen(cart, lines) for cart, lines in moment.at_once(lambda: carts.by_ids(ids))]
    return {one.topic: one for one in seen}


def _seen(cart: Any, lines: Any) -> Seen:
    return Seen(events.topic(cart), cart.version, shapes.cart_json(cart, lines))
