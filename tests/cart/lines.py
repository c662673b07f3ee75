"""Lines of carts, made straight in the tables."""

from typing import Any

from django.utils import timezone

from backend.cart import queries as carts
from backend.cart.models import CartItem


def put(user: Any, product: Any, *, variant: Any = None, quantity: int = 1) -> CartItem:
    """So many units in the user's cart."""
    return CartItem.objects.create(
        cart=carts.cart_of(user_id=user.pk, now=timezone.now()),
        product=product,
        variant=variant,
        sku=(variant or product).sku,
        quantity=quantity,
        price_when_added=product.price,
    )
