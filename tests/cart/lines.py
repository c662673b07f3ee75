"""Lines of carts, made straight in the tables, or asked for."""

from typing import Any

from django.utils import timezone

from backend.cart import queries as carts
from backend.cart.models import CartItem
from tests.caller import Caller


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


def add(caller: Caller, product: Any, quantity: int = 1, variant: Any = None) -> Any:
    body: dict[str, Any] = {"product_id": str(product.pk), "quantity": quantity}
    if variant:
        body["variant_id"] = str(variant.pk)
    return caller.post("cart/items/", body)
