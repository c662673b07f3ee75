"""What a cart's devices hear."""

from collections.abc import Sequence
from datetime import datetime

from backend.cart import shapes
from backend.cart.models import Cart, CartItem
from backend.outbox import actions as outbox


def topic(cart: Cart) -> str:
    """The cart's topic."""
    return f"cart:{cart.pk}"


def cart_changed(*, cart: Cart, lines: Sequence[CartItem], event: str, now: datetime) -> None:
    """Count the change and tell it; the caller holds the cart's lock."""
    cart.version += 1
    cart.updated_at = now
    cart.save(update_fields=["version", "updated_at"])
    data = shapes.cart_json(cart, lines)
    outbox.publish(topic=topic(cart), event=event, version=cart.version, data=data, now=now)
