"""A cart and its lines as JSON: the one maker for REST, events and snapshots."""

from collections.abc import Sequence
from typing import Any

from backend.cart.lines import Line
from backend.cart.models import Cart
from backend.core import clock, money


def cart_json(cart: Cart, lines: Sequence[Line]) -> dict[str, Any]:
    """The cart at today's prices."""
    return {
        "id": str(cart.pk),
        "items": [item_json(line) for line in lines],
        "total_items": sum(line.quantity for line in lines),
        "subtotal": money.text(sum((line.subtotal for line in lines), money.ZERO)),
        "created_at": clock.text(cart.created_at),
        "updated_at": clock.text(cart.updated_at),
    }


def item_json(line: Line) -> dict[str, Any]:
    """One line; `price_changed` marks a price that moved since the line was added."""
    return {
        "id": str(line.id),
        "product": {"id": str(line.product_id), "name": line.product_name, "slug": line.product_slug},
        "variant": _variant_json(line),
        "quantity": line.quantity,
        "price": money.text(line.price),
        "total_price": money.text(line.subtotal),
        "price_changed": line.price != line.price_when_added,
    }


def _variant_json(line: Line) -> dict[str, Any] | None:
    if line.variant_id is None:
        return None
    return {"id": str(line.variant_id), "name": line.variant_name, "sku": line.sku}
