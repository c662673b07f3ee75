"""What the cart refuses: too much, odd quantities, unknown things, other people's lines, guests."""

from uuid import uuid4

import pytest

from backend.cart.models import CartItem
from tests import factories
from tests.cart.lines import add

pytestmark = pytest.mark.django_db


def test_a_product_with_variants_needs_one_named(as_alice):
    shirt = factories.product(sku="SHIRT")
    factories.variant(shirt, sku="SHIRT-S")

    answer = add(as_alice, shirt)

    assert answer.status_code == 400
    assert answer.json()["code"] == "validation_error"
    assert list(answer.json()["details"]) == ["variant_id"]
    assert not CartItem.objects.exists()


def test_more_than_can_be_bought_is_refused(as_alice, mug):
    add(as_alice, mug, 4)

    answer = add(as_alice, mug, 2)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Insufficient stock",
        "code": "stock_unavailable",
        "details": {"sku": "MUG", "requested": 6, "available": 5},
    }
    assert CartItem.objects.get().quantity == 4


@pytest.mark.parametrize("quantity", [0, -1, 10_000, 2**31, 2**70, "2", 1.5, True, None, [], {}])
def test_an_absurd_quantity_is_refused(as_alice, mug, quantity):
    answer = add(as_alice, mug, quantity)

    assert answer.status_code == 400
    assert answer.json()["code"] == "validation_error"
    assert list(answer.json()["details"]) == ["quantity"]
    assert not CartItem.objects.exists()


def test_an_unknown_product_is_missing(as_alice):
    answer = as_alice.post("cart/items/", {"product_id": str(uuid4()), "quantity": 1})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_quantity_cannot_be_set_above_stock(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.put(f"cart/items/{line_id}/", {"quantity": 6})

    assert (answer.status_code, answer.json()["code"]) == (400, "stock_unavailable")
    assert CartItem.objects.get().quantity == 1


def test_somebody_elses_line_is_out_of_reach(as_alice, as_bob, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    assert as_bob.put(f"cart/items/{line_id}/", {"quantity": 3}).status_code == 403
    assert as_bob.delete(f"cart/items/{line_id}/").status_code == 403
    assert CartItem.objects.get().quantity == 1


def test_an_unknown_line_is_missing(as_alice):
    assert as_alice.put(f"cart/items/{uuid4()}/", {"quantity": 3}).status_code == 404
    assert as_alice.delete(f"cart/items/{uuid4()}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "cart/"),
        ("post", "cart/items/"),
        ("put", "cart/items/dc7ebd62-9a98-42bd-89a3-27d2d026e8e0/"),
        ("delete", "cart/items/dc7ebd62-9a98-42bd-89a3-27d2d026e8e0/"),
        ("post", "cart/clear/"),
    ],
)
def test_guests_have_no_cart(as_guest, method, path):
    answer = getattr(as_guest, method)(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
