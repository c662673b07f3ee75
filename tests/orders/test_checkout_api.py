"""POST /orders/: the cart becomes an order, once for each key."""

import re

import pytest

from backend.cart.models import CartItem
from backend.inventory.models import Stock
from backend.orders import numbers
from backend.orders.models import Order
from backend.outbox.models import Event, FeedEntry
from tests.orders.conftest import addresses, fill_cart

pytestmark = pytest.mark.django_db


def test_the_cart_becomes_an_order_with_the_guides_amounts(as_alice, alice, mug):
    fill_cart(as_alice, mug)

    answer = as_alice.post("orders/", addresses(alice))

    order = Order.objects.get()
    shown = answer.json()
    assert answer.status_code == 201
    assert re.fullmatch(r"ORD-\d{8}-[A-Z2-9]{6}", shown["order_number"])
    item = order.items.get()
    address = {
        "address_type": "shipping",
        "full_name": "Pat Doe",
        "phone_number": "+1234567890",
        "street_address": "123 Main St",
        "apartment": None,
        "city": "New York",
        "state": "NY",
        "country": "USA",
        "zip_code": "10001",
    }
    created = shown["created_at"]
    assert shown == {
        "id": str(order.pk),
        "order_number": order.order_number,
        "status": "pending",
        "subtotal": "2499.99",
        "tax": "249.99",
        "shipping_cost": "5.00",
        "discount": "0.00",
        "total_amount": "2754.98",
        "items": [
            {
                "id": str(item.pk),
                "product_name": "Mug",
                "product_sku": "MUG",
                "variant_name": None,
                "price": "2499.99",
                "quantity": 1,
                "subtotal": "2499.99",
            }
        ],
        "shipping_address": address,
        "billing_address": {**address, "address_type": "billing"},
        "status_history": [{"status": "pending", "note": "Order created", "created_at": created}],
        "payment": None,
        "expires_at": order.expires_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "tracking_number": None,
        "shipped_at": None,
        "delivered_at": None,
        "created_at": created,
    }
    assert (order.expires_at - order.created_at).total_seconds() == 30 * 60


def test_units_are_held_and_the_cart_is_empty(as_alice, order):
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 2)
    assert not CartItem.objects.exists()


def test_everybody_concerned_is_told(order):
    told = Event.objects.get(topic=f"order:{order.pk}")
    assert (told.event, told.version, told.data["status"]) == ("order.created", 1, "pending")
    assert set(FeedEntry.objects.values_list("topic", "event")) == {
        (f"orders:{order.user_id}", "order.created"),
        ("orders:all", "order.created"),
        ("staff:alerts", "order.created"),
    }
    assert FeedEntry.objects.get(topic="orders:all").data["customer"]["email"] == "alice@shopwire.example"
    assert Event.objects.filter(topic__startswith="cart:").last().event == "cart.checked_out"


def test_later_changes_of_price_and_address_do_not_reach_the_order(as_alice, alice, order, mug):
    mug.price = 1
    mug.name = "Cup"
    mug.save()
    alice.addresses.update(city="Boston")

    shown = as_alice.get(f"orders/{order.pk}/").json()

    assert (shown["items"][0]["product_name"], shown["items"][0]["price"]) == ("Mug", "2499.99")
    assert shown["shipping_address"]["city"] == "New York"


def test_a_taken_number_is_drawn_again(as_alice, alice, order, mug, monkeypatch):
    drawn = iter([order.order_number, "ORD-20261123-ZZZZZZ"])
    monkeypatch.setattr(numbers, "order_number", lambda now: next(drawn))
    fill_cart(as_alice, mug)

    answer = as_alice.post("orders/", addresses(alice))

    assert (answer.status_code, answer.json()["order_number"]) == (201, "ORD-20261123-ZZZZZZ")


def test_the_same_key_answers_the_same_order(as_alice, alice, mug):
    fill_cart(as_alice, mug)
    body = addresses(alice)
    first = as_alice.post("orders/", body, Idempotency_Key="k1")

    again = as_alice.post("orders/", body, Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Order.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(as_alice, alice, mug):
    fill_cart(as_alice, mug)
    as_alice.post("orders/", addresses(alice), Idempotency_Key="k1")

    answer = as_alice.post("orders/", addresses(alice), Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Order.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "café"])
def test_a_key_that_not_every_server_reads_alike_is_refused(as_alice, alice, mug, key):
    fill_cart(as_alice, mug)

    answer = as_alice.post("orders/", addresses(alice), Idempotency_Key=key)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["Idempotency-Key"])
    assert Order.objects.count() == 0


def test_a_refused_checkout_may_be_sent_again_under_its_key(as_alice, alice, mug):
    body = addresses(alice)
    assert as_alice.post("orders/", body, Idempotency_Key="k1").status_code == 400
    fill_cart(as_alice, mug)

    assert as_alice.post("orders/", body, Idempotency_Key="k1").status_code == 201
