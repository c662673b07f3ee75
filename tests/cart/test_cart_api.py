"""GET /cart/, POST and PUT and DELETE of its items, POST /cart/clear/."""

from decimal import Decimal

import pytest

from backend.cart.models import Cart, CartItem
from backend.catalog.models import Product
from backend.outbox.models import Event
from tests import factories
from tests.cart.lines import add

pytestmark = pytest.mark.django_db


def test_an_empty_cart_is_made_at_the_first_look(as_alice, alice):
    answer = as_alice.get("cart/")

    cart = Cart.objects.get(user=alice)
    assert answer.status_code == 200
    shown = answer.json()
    assert {key: shown[key] for key in ("id", "items", "total_items", "subtotal")} == {
        "id": str(cart.pk),
        "items": [],
        "total_items": 0,
        "subtotal": "0.00",
    }
    assert set(shown) == {"id", "items", "total_items", "subtotal", "created_at", "updated_at"}


def test_a_new_line_answers_201_with_the_line(as_alice, mug):
    answer = add(as_alice, mug, 2)

    line = CartItem.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(line.pk),
        "product": {"id": str(mug.pk), "name": "Mug", "slug": "mug"},
        "variant": None,
        "quantity": 2,
        "price": "4.50",
        "total_price": "9.00",
        "price_changed": False,
    }


def test_the_same_product_again_adds_up(as_alice, mug):
    add(as_alice, mug, 2)

    answer = add(as_alice, mug, 2)

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Item quantity updated",
        "id": str(CartItem.objects.get().pk),
        "quantity": 4,
        "total_price": "18.00",
    }


def test_a_variant_has_its_own_line_and_price(as_alice):
    shirt = factories.product(sku="SHIRT", price="20.00")
    small = factories.variant(shirt, sku="SHIRT-S", name="Small", price="18.00")

    answer = add(as_alice, shirt, 1, small)

    assert answer.status_code == 201
    assert answer.json()["variant"] == {"id": str(small.pk), "name": "Small", "sku": "SHIRT-S"}
    assert answer.json()["price"] == "18.00"


def test_an_uncounted_product_has_no_limit(as_alice):
    gift = factories.product(sku="CARD", quantity=0, track_inventory=False)

    assert add(as_alice, gift, 50).status_code == 201


def test_the_quantity_can_be_set(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.put(f"cart/items/{line_id}/", {"quantity": 3})

    assert answer.status_code == 200
    assert (answer.json()["quantity"], answer.json()["total_price"]) == (3, "13.50")


def test_a_line_can_be_taken_out(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.delete(f"cart/items/{line_id}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert as_alice.get("cart/").json()["items"] == []


def test_the_cart_can_be_cleared(as_alice, mug):
    add(as_alice, mug, 1)

    answer = as_alice.post("cart/clear/")

    assert (answer.status_code, answer.json()) == (200, {"message": "Cart cleared successfully"})
    assert not CartItem.objects.exists()


def test_a_price_that_moved_is_marked_and_counts(as_alice, mug):
    add(as_alice, mug, 2)
    Product.objects.filter(pk=mug.pk).update(price=Decimal("5.00"))

    shown = as_alice.get("cart/").json()

    assert (shown["items"][0]["price"], shown["items"][0]["price_changed"]) == ("5.00", True)
    assert (shown["subtotal"], shown["total_items"]) == ("10.00", 2)


def test_every_change_is_told_with_the_next_version(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]
    as_alice.put(f"cart/items/{line_id}/", {"quantity": 2})
    as_alice.delete(f"cart/items/{line_id}/")
    as_alice.post("cart/clear/")

    cart = Cart.objects.get()
    told = Event.objects.filter(topic=f"cart:{cart.pk}").order_by("id")
    assert list(told.values_list("event", "version")) == [
        ("cart.item_added", 2),
        ("cart.item_updated", 3),
        ("cart.item_removed", 4),
    ]
    assert told[1].data["items"][0]["quantity"] == 2
    assert told[2].data == as_alice.get("cart/").json()


def test_the_cart_takes_a_fixed_number_of_queries(as_alice, mug, django_assert_num_queries):
    add(as_alice, mug, 1)
    for _ in range(3):
        add(as_alice, factories.product(), 1)

    with django_assert_num_queries(3):
        as_alice.get("cart/")
