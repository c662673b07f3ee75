"""A cart and its lines as JSON: the one maker for REST, events and snapshots."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from backend.cart.models import Cart, CartItem
from backend.core import clock, money


def price_of(item: CartItem) -> Decimal:
    """What one unit costs now: the variant's price, else the product's."""
    if item.variant is not None and item.variant.price is not None:
        return item.variant.price
    return item.product.price


def cart_json(cart: Cart, lines: Sequence[CartItem] | None = None) -> dict[str, Any]:
    """The cart at today's prices. `lines` are its items if the caller has them at hand."""
    items = list(cart.items.all()) if lines is None else lines
    return {
        "id": str(cart.pk),
        "items": [item_json(item) for item in items],
        "total_items": sum(item.quantity for item in items),
        "subtotal": money.text(sum((price_of(item) * item.quantity for item in items), money.ZERO)),
        "created_at": clock.text(cart.created_at),
        "updated_at": clock.text(cart.updated_at),
    }


def item_json(item: CartItem) -> dict[str, Any]:
    """One line; `price_changed` marks a price that moved since the line was added."""
    price = price_of(item)
    return {
        "id": str(item.pk),
        "product": {"id": str(item.product_id), "name": item.product.name, "slug": item.product.slug},
        "variant": _variant_json(item),
        "quantity": item.quantity,
        "price": money.text(price),
        "total_price": money.text(price * item.quantity),
        "price_changed": price != item.price_when_added,
    }


def _variant_json(item: CartItem) -> dict[str, Any] | None:
    if item.variant is None:
        return None
    return {"id": str(item.variant.pk), "name": item.variant.name, "sku": item.variant.sku}
