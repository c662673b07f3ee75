"""An order to begin with."""

import pytest

from backend.orders.models import Order
from tests import factories
from tests.caller import Caller


@pytest.fixture
def mug(db):
    return factories.product(sku="MUG", name="Mug", slug="mug", price="2499.99", quantity=5)


def fill_cart(caller: Caller, product, quantity: int = 1) -> None:
    answer = caller.post("cart/items/", {"product_id": str(product.pk), "quantity": quantity})
    assert answer.status_code in (200, 201), answer.content


def addresses(user) -> dict[str, str]:
    return {
        "shipping_address_id": str(factories.address(user).pk),
        "billing_address_id": str(factories.address(user, address_type="billing").pk),
    }


@pytest.fixture
def order(as_alice, alice, mug) -> Order:
    """Alice's, of two mugs, waiting for payment."""
    fill_cart(as_alice, mug, 2)
    answer = as_alice.post("orders/", addresses(alice))
    assert answer.status_code == 201, answer.content
    return Order.objects.get(pk=answer.json()["id"])
