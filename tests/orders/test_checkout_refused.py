"""POST /orders/ is refused: then nothing has happened, and the cart is as it was."""

from uuid import uuid4

import pytest

from backend.cart.models import CartItem
from backend.inventory.models import Stock
from backend.orders.models import Order
from tests import factories
from tests.orders.conftest import addresses, fill_cart

pytestmark = pytest.mark.django_db


def assert_nothing_happened():
    assert not Order.objects.exists()
    assert not Stock.objects.exclude(held=0).exists()


def test_an_empty_cart_is_refused(as_alice, alice):
    answer = as_alice.post("orders/", addresses(alice))

    assert answer.status_code == 400
    assert answer.json() == {"error": "Your cart is empty", "code": "cart_empty", "details": None}
    assert_nothing_happened()


def test_somebody_elses_address_is_refused(as_alice, alice, bob, mug):
    fill_cart(as_alice, mug)

    answer = as_alice.post(
        "orders/", {**addresses(alice), "billing_address_id": str(factories.address(bob).pk)}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert_nothing_happened()


def test_an_unknown_address_is_missing(as_alice, alice, mug):
    fill_cart(as_alice, mug)

    answer = as_alice.post("orders/", {**addresses(alice), "shipping_address_id": str(uuid4())})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert_nothing_happened()


def test_units_that_are_gone_since_are_refused_whole(as_alice, alice, mug):
    other = factories.product(sku="AAA", quantity=5)
    fill_cart(as_alice, other)
    fill_cart(as_alice, mug, 3)
    Stock.objects.filter(sku="MUG").update(on_hand=2)

    answer = as_alice.post("orders/", addresses(alice))

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Insufficient stock",
        "code": "stock_unavailable",
        "details": {"sku": "MUG", "requested": 3, "available": 2},
    }
    assert_nothing_happened()
    assert CartItem.objects.count() == 2


def test_a_product_no_longer_sold_is_refused(as_alice, alice, mug):
    fill_cart(as_alice, mug)
    mug.is_active = False
    mug.save()

    answer = as_alice.post("orders/", addresses(alice))

    assert (answer.status_code, answer.json()["details"]) == (400, {"cart": ["No longer sold: MUG."]})
    assert_nothing_happened()


def test_an_order_beyond_what_stripe_takes_is_refused(as_alice, alice):
    yacht = factories.product(sku="YACHT", price="600000.00")
    fill_cart(as_alice, yacht, 2)

    answer = as_alice.post("orders/", addresses(alice))

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["cart"])
    assert_nothing_happened()


@pytest.mark.parametrize("body", [{}, {"shipping_address_id": "x", "billing_address_id": 1}, [], "no"])
def test_a_wrong_body_is_refused(as_alice, mug, body):
    fill_cart(as_alice, mug)

    answer = as_alice.post("orders/", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert_nothing_happened()


def test_guests_cannot_check_out(as_guest):
    answer = as_guest.post("orders/", {})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
