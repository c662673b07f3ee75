"""/ws/cart/: the caller's cart, on all their devices."""

import json

import pytest
from django.utils import timezone

from backend.cart import actions as cart
from backend.cart.models import Cart
from consumers import cart as sockets
from tests import factories


def add(user, product, quantity=1):
    cart.add_item(
        user_id=user.pk, product_id=product.pk, variant_id=None, quantity=quantity, now=timezone.now()
    )


def test_a_cart_that_did_not_exist_is_made(shop, alice):
    snapshot = shop.listen("cart/", alice).frame()

    made = Cart.objects.get(user=alice)
    data = snapshot.pop("data")
    assert snapshot == {"type": "snapshot", "topic": f"cart:{made.pk}", "version": 1}
    assert (data["id"], data["items"], data["subtotal"]) == (str(made.pk), [], "0.00")


def test_every_change_reaches_every_device_as_rest_shows_it(shop, as_alice, alice, tell):
    mug = factories.product(sku="MUG")
    phone, laptop = shop.listen("cart/", alice), shop.listen("cart/", alice)
    phone.frame(), laptop.frame()

    add(alice, mug)
    add(alice, mug, 2)
    tell()

    updates = phone.frames(2)
    assert updates == laptop.frames(2)
    assert [(update["version"], update["event"]) for update in updates] == [
        (2, "cart.item_added"),
        (3, "cart.item_updated"),
    ]
    assert updates[1]["data"] == as_alice.get("cart/").json()


def test_nobody_else_hears_of_it(shop, alice, bob, tell):
    ears = shop.listen("cart/", bob)
    ears.frame()

    add(alice, factories.product(sku="MUG"))
    add(bob, factories.product(sku="CUP"))
    tell()

    assert ears.frame()["topic"] == f"cart:{Cart.objects.get(user=bob).pk}"
    assert ears.is_silent()


@pytest.mark.django_db(transaction=True)
def test_however_many_carts_are_looked_at_together_it_takes_as_many_queries(django_assert_num_queries):
    """A thousand apps that come back at once ask for a thousand carts."""
    mug = factories.product(quantity=9)
    for _ in range(5):
        add(factories.user(), mug, 2)
    topics = [f"cart:{one.pk}" for one in Cart.objects.all()]

    with django_assert_num_queries(5):  # BEGIN, REPEATABLE READ, the carts, their lines, COMMIT
        seen = sockets.look(topics)

    shown = {topic: json.loads(one.frame) for topic, one in seen.items()}
    assert {
        topic: (told["version"], told["data"]["total_items"]) for topic, told in shown.items()
    } == dict.fromkeys(topics, (2, 2))
