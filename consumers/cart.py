"""`/ws/cart/`: the caller's cart, on all their devices."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from backend.cart import events, shapes
from backend.cart import queries as carts
from backend.core import moment
from consumers import database
from consumers.live import LiveSocket
from consumers.news import Seen
from consumers.request import Request
from consumers.topics import Watch


class CartSocket(LiveSocket):
    """One topic; a cart that did not exist is made."""

    async def watch(self, asked: Request, user: Any) -> Watch:
        cart = await database.ask(partial(carts.cart_of, user_id=user.pk, now=timezone.now()))
        return Watch([events.topic(cart)], partial(look, user.pk), is_stream=True)


def look(user_id: UUID, topics: Sequence[str]) -> dict[str, Seen]:
    """The user's cart with its lines, as of one moment."""
    cart = moment.at_once(lambda: carts.cart_of(user_id=user_id, now=timezone.now()))
    return {events.topic(cart): Seen(events.topic(cart), cart.version, shapes.cart_json(cart))}
