"""What a cart's devices hear."""

from collections.abc import Sequence
from datetime import datetime

from backend.cart import shapes
from backend.cart.lines import Line
from backend.cart.models import Cart
from backend.outbox import actions as outbox


def topic(cart: Cart) -> str:
    """The cart's topic."""
    return f"cart:{cart.pk}"


def cart_changed(*, cart: Cart, lines: Sequence[Line], event: str, now: datetime) -> None:
    """Tell the change that the cart's version counts; the caller holds its lock."""
    data = shapes.cart_json(cart, lines)
    outbox.publish(topic=topic(cart), event=event, version=cart.version, data=data, now=now)
