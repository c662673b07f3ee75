"""GET /cart/, POST and PUT and DELETE of its items, POST /cart/clear/."""

from decimal import Decimal
from uuid import uuid4

import pytest

from backend.cart.models import Cart, CartItem
from backend.catalog.models import Product
from backend.outbox.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    return factories.product(sku="MUG", name="Mug", slug="mug", price="4.50", quantity=5)


def add(caller, product, quantity=1, variant=None):
    body = {"product_id": str(product.pk), "quantity": quantity}
    if variant:
        body["variant_id"] = str(variant.pk)
    return caller.post("cart/items/", body)


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


def test_an_uncounted_product_has_no_limit(as_alice):
    gift = factories.product(sku="CARD", quantity=0, track_inventory=False)

    assert add(as_alice, gift, 50).status_code == 201


def test_the_quantity_can_be_set(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.put(f"cart/items/{line_id}/", {"quantity": 3})

    assert answer.status_code == 200
    assert (answer.json()["quantity"], answer.json()["total_price"]) == (3, "13.50")


def test_the_quantity_cannot_be_set_above_stock(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.put(f"cart/items/{line_id}/", {"quantity": 6})

    assert (answer.status_code, answer.json()["code"]) == (400, "stock_unavailable")
    assert CartItem.objects.get().quantity == 1


def test_a_line_can_be_taken_out(as_alice, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    answer = as_alice.delete(f"cart/items/{line_id}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert as_alice.get("cart/").json()["items"] == []


def test_somebody_elses_line_is_out_of_reach(as_alice, as_bob, mug):
    line_id = add(as_alice, mug, 1).json()["id"]

    assert as_bob.put(f"cart/items/{line_id}/", {"quantity": 3}).status_code == 403
    assert as_bob.delete(f"cart/items/{line_id}/").status_code == 403
    assert CartItem.objects.get().quantity == 1


def test_an_unknown_line_is_missing(as_alice):
    assert as_alice.put(f"cart/items/{uuid4()}/", {"quantity": 3}).status_code == 404
    assert as_alice.delete(f"cart/items/{uuid4()}/").status_code == 404


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


def test_the_cart_takes_a_fixed_number_of_queries(as_alice, mug, django_assert_num_queries):
    add(as_alice, mug, 1)
    for _ in range(3):
        add(as_alice, factories.product(), 1)

    with django_assert_num_queries(3):
        as_alice.get("cart/")
