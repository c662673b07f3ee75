"""Whose cart holds what."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from backend.cart.models import Cart, CartItem
from backend.core.errors import Denied, Missing

_LINES = CartItem.objects.select_related("product", "variant")


def cart_of(*, user_id: UUID, now: datetime) -> Cart:
    """The user's cart with its lines; made if there was none."""
    cart = _with_lines().filter(user_id=user_id).first()
    if cart is None:
        Cart.objects.bulk_create(
            [Cart(user_id=user_id, created_at=now, updated_at=now)], ignore_conflicts=True
        )
        cart = _with_lines().get(user_id=user_id)
    return cart


def by_ids(cart_ids: Collection[UUID]) -> list[Cart]:
    """These carts with their lines, those that exist, in a fixed number of queries."""
    return list(_with_lines().filter(pk__in=cart_ids))


def lock_cart(*, user_id: UUID, now: datetime) -> Cart:
    """The user's cart, its row locked until the caller's transaction ends: the first lock of any.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a cart is locked inside a transaction")
    locked = Cart.objects.select_for_update()
    cart = locked.filter(user_id=user_id).first()
    if cart is None:
        Cart.objects.bulk_create(
            [Cart(user_id=user_id, created_at=now, updated_at=now)], ignore_conflicts=True
        )
        cart = locked.get(user_id=user_id)
    return cart


def lines(cart: Cart) -> list[CartItem]:
    """The cart's lines with product and variant, in one query."""
    return list(_LINES.filter(cart=cart))


def owned_item(*, item_id: UUID, user_id: UUID) -> CartItem:
    """The line, if it lies in the user's cart. Raises Missing, or Denied for somebody else's."""
    item = _LINES.select_related("cart").filter(pk=item_id).first()
    if item is None:
        raise Missing("No such cart item")
    if item.cart.user_id != user_id:
        raise Denied
    return item


def _with_lines() -> QuerySet[Cart]:
    return Cart.objects.prefetch_related(Prefetch("items", queryset=_LINES))
