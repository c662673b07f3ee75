"""What is shown of reviews: the average that follows them, the newest first, by display name."""

import pytest
from django.utils import timezone

from backend.catalog.models import Product
from backend.core import clock
from backend.reviews import actions
from backend.reviews.models import Review
from tests.reviews.buying import BODY, bought

pytestmark = pytest.mark.django_db


def test_the_average_follows(as_guest, as_alice, as_bob, alice, bob, lamp):
    for who, user, rating in ((as_alice, alice, 5), (as_bob, bob, 4)):
        bought(user, lamp)
        who.post("products/lamp/reviews/", {**BODY, "rating": rating})

    shown = as_guest.get("products/lamp/").json()

    assert (shown["average_rating"], shown["review_count"]) == (4.5, 2)


def test_hiding_a_review_takes_its_rating_along_once(as_guest, as_alice, alice, lamp):
    bought(alice, lamp)
    as_alice.post("products/lamp/reviews/", BODY)
    review = Review.objects.get()

    for _ in range(2):
        actions.moderate_review(review_id=review.pk, is_approved=False, now=timezone.now())

    lamp.refresh_from_db()
    assert (lamp.rating_sum, lamp.review_count) == (0, 0)
    assert as_guest.get("products/lamp/reviews/").json()["results"] == []
    actions.moderate_review(review_id=review.pk, is_approved=True, now=timezone.now())
    lamp.refresh_from_db()
    assert (lamp.rating_sum, lamp.review_count) == (5, 1)


def test_reviews_are_listed_newest_first_by_display_name(
    as_guest, as_alice, as_staff, alice, bob, lamp, django_assert_num_queries
):
    bob.last_name = ""
    bob.save()
    for user in (alice, bob):
        bought(user, lamp)
        actions.add_review(user=user, slug="lamp", now=timezone.now(), **BODY)
    second, first = Review.objects.all()

    with django_assert_num_queries(3):
        page = as_guest.get("products/lamp/reviews/?page_size=1").json()

    assert page == {
        "count": 2,
        "next": "http://testserver/api/v1/products/lamp/reviews/?page_size=1&page=2",
        "previous": None,
        "results": [
            {
                "id": str(second.pk),
                "user": "Bob",
                **BODY,
                "is_verified_purchase": True,
                "created_at": clock.text(second.created_at),
            }
        ],
    }
    assert first.user == alice
    users = [
        [row["user"] for row in who.get("products/lamp/reviews/").json()["results"]]
        for who in (as_guest, as_alice, as_staff)
    ]
    assert users == [
        ["Bob", "Alice A."],
        ["Bob", "alice@shopwire.example"],
        ["bob@shopwire.example", "alice@shopwire.example"],
    ]


def test_a_product_that_is_not_on_sale_has_no_reviews(as_guest, as_alice, lamp):
    Product.objects.update(is_active=False)

    answers = [
        as_guest.get("products/lamp/reviews/"),
        as_alice.post("products/lamp/reviews/", BODY),
        as_alice.post("products/unknown/reviews/", BODY),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_guests_soon_see_the_new_name_of_an_author(as_guest, as_alice, alice, lamp, settle):
    bought(alice, lamp)
    as_alice.post("products/lamp/reviews/", BODY)
    settle()
    assert as_guest.get("products/lamp/").json()["reviews"][0]["user"] == "Alice A."

    as_alice.put("auth/me/", {"first_name": "Jane"})
    settle()

    assert as_guest.get("products/lamp/").json()["reviews"][0]["user"] == "Jane A."
