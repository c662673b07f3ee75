"""A wish is toggled, and the list shows the newest first."""

import pytest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Wish
from backend.core import clock
from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db


def test_a_wish_is_toggled(as_alice, alice):
    create()

    answers = [as_alice.post("products/lamp/wishlist/") for _ in range(3)]

    added = {"message": "Product added to wishlist", "in_wishlist": True}
    removed = {"message": "Product removed from wishlist", "in_wishlist": False}
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (201, added),
        (200, removed),
        (201, added),
    ]
    assert Wish.objects.get().user == alice


def test_the_list_is_shown_whole_and_newest_first(as_alice, as_bob, django_assert_num_queries):
    products = [create("LAMP", quantity=3), create("DESK")]
    for product in products:
        as_alice.post(f"products/{product.slug}/wishlist/")
    desk, lamp = Wish.objects.order_by("-id")

    with django_assert_num_queries(4):
        answer = as_alice.get("products/wishlist/me/").json()

    assert answer == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            {
                "product": {
                    "id": str(products[1].pk),
                    "name": "Desk",
                    "slug": "desk",
                    "price": "10.00",
                    "quantity": 0,
                    "is_in_stock": False,
                },
                "added_at": clock.text(desk.added_at),
            },
            {
                "product": {
                    "id": str(products[0].pk),
                    "name": "Lamp",
                    "slug": "lamp",
                    "price": "10.00",
                    "quantity": 3,
                    "is_in_stock": True,
                },
                "added_at": clock.text(lamp.added_at),
            },
        ],
    }
    assert as_bob.get("products/wishlist/me/").json()["count"] == 0


def test_a_product_off_sale_can_not_be_wished_for_or_seen(as_alice):
    create()
    as_alice.post("products/lamp/wishlist/")
    actions.deactivate_product(slug="lamp", now=timezone.now())

    assert as_alice.post("products/lamp/wishlist/").status_code == 404
    assert as_alice.get("products/wishlist/me/").json()["results"] == []
    assert Wish.objects.count() == 1


def test_pages_end(as_alice):
    assert as_alice.get("products/wishlist/me/?page=2").status_code == 404
    assert as_alice.get("products/wishlist/me/?page_size=101").status_code == 400


def test_guests_have_no_wishlist(as_guest):
    create()

    answers = [as_guest.post("products/lamp/wishlist/"), as_guest.get("products/wishlist/me/")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "not_authenticated")
    ] * 2
    assert not Wish.objects.exists()


def test_an_unknown_product_can_not_be_wished_for(as_alice):
    assert as_alice.post("products/unknown/wishlist/").status_code == 404
