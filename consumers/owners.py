"""Whose a cart or an order is: one question for all who ask at about the same time."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from django.utils import timezone

from backend.cart import events as cart_events
from backend.cart import queries as carts
from backend.orders import events as order_events
from backend.orders import queries as orders
from consumers import database
from consumers.shared import Shared

MOST_REMEMBERED = 50_000


class Owners:
    """One for each hub. What it knows never changes."""

    def __init__(self) -> None:
        self._known: dict[str, UUID] = {}
        self._carts: Shared[UUID, str] = Shared(_carts_of, rounds=2)
        self._orders: Shared[UUID, UUID] = Shared(_owners_of, rounds=2)

    async def cart_of(self, user_id: UUID) -> str:
        """The topic of the user's cart; it is made if there was none. Raises the database's Error."""
        topic = await self._carts.get(user_id)
        assert topic is not None
        self._remember(topic, user_id)
        return topic

    async def has_cart(self, user_id: UUID, topic: str) -> bool:
        """Whether the topic is that of the user's own cart. Raises the database's Error."""
        return self._known.get(topic) == user_id or topic == await self.cart_of(user_id)

    async def of_order(self, order_id: UUID) -> UUID | None:
        """The order's owner, None if there is no such order. Raises the database's Error."""
        topic = order_events.topic(order_id)
        if topic not in self._known and (owner := await self._orders.get(order_id)) is not None:
            self._remember(topic, owner)
        return self._known.get(topic)

    def _remember(self, topic: str, owner: UUID) -> None:
        self._known[topic] = owner
        if len(self._known) > MOST_REMEMBERED:
            del self._known[next(iter(self._known))]


async def _carts_of(user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    found = await database.ask(partial(carts.carts_of, user_ids=user_ids, now=timezone.now()))
    return {user_id: cart_events.topic(cart) for user_id, cart in found.items()}


async def _owners_of(order_ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    return await database.ask(partial(orders.owners, order_ids))
