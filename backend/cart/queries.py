"""Whose cart holds what."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend.cart import lines
from backend.cart.lines import Line
from backend.cart.models import Cart, CartItem
from backend.core.errors import Denied, Missing


def cart_of(*, user_id: UUID, now: datetime) -> Cart:
    """The user's cart; made if there was none."""
    cart = Cart.objects.filter(user_id=user_id).first()
    if cart is None:
        _make(user_id, now)
        cart = Cart.objects.get(user_id=user_id)
    return cart


def by_ids(cart_ids: Collection[UUID]) -> list[tuple[Cart, list[Line]]]:
    """These carts with their lines, those that exist, in two queries."""
    carts: dict[UUID, tuple[Cart, list[Line]]] = {
        cart.pk: (cart, []) for cart in Cart.objects.filter(pk__in=cart_ids)
    }
    for line in lines.of(carts):
        carts[line.cart_id][1].append(line)
    return list(carts.values())


def owners(cart_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose these carts are, of those that exist."""
    return dict(Cart.objects.filter(pk__in=cart_ids).values_list("pk", "user_id"))


def lock_cart(*, user_id: UUID, now: datetime) -> Cart:
    """The user's cart, its row locked until the caller's transaction ends: the first lock of any.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a cart is locked inside a transaction")
    locked = Cart.objects.select_for_update()
    cart = locked.filter(user_id=user_id).first()
    if cart is None:
        _make(user_id, now)
        cart = locked.get(user_id=user_id)
    return cart


def owned(held: Collection[Line], item_id: UUID) -> Line:
    """The line among those of the user's cart. Raises Missing, or Denied for one in another cart."""
    for line in held:
        if line.id == item_id:
            return line
    if CartItem.objects.filter(pk=item_id).exists():
        raise Denied
    raise Missing("No such cart item")


def _make(user_id: UUID, now: datetime) -> None:
    Cart.objects.bulk_create([Cart(user_id=user_id, created_at=now, updated_at=now)], ignore_conflicts=True)
