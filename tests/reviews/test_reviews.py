"""Those who bought a product review it, once."""

import pytest

from backend.core import clock
from backend.outbox.models import Event
from backend.reviews.models import Review
from tests.reviews.buying import BODY, bought

pytestmark = pytest.mark.django_db


def test_a_buyer_reviews(as_alice, alice, lamp):
    bought(alice, lamp)

    response = as_alice.post("products/lamp/reviews/", BODY)

    review = Review.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": str(review.pk),
        "user": "alice@shopwire.example",
        **BODY,
        "is_verified_purchase": True,
        "is_approved": True,
        "created_at": clock.text(review.created_at),
    }
    assert list(response.json())[-2:] == ["is_approved", "created_at"]
    assert list(Event.objects.values_list("event", flat=True)) == ["review.added"]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("pending", 403),
        ("processing", 201),
        ("shipped", 201),
        ("delivered", 201),
        ("cancelled", 403),
        ("returned", 403),
    ],
)
def test_only_an_order_that_stands_counts(as_alice, alice, lamp, status, answer):
    bought(alice, lamp, status)

    assert as_alice.post("products/lamp/reviews/", BODY).status_code == answer
    assert Review.objects.count() == (answer == 201)


def test_strangers_may_not_review(as_guest, as_bob, as_staff, alice, lamp):
    bought(alice, lamp)

    answers = [who.post("products/lamp/reviews/", BODY) for who in (as_guest, as_bob, as_staff)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "not_authenticated"),
        (403, "permission_denied"),
        (403, "permission_denied"),
    ]
    assert not Review.objects.exists()


def test_a_second_review_is_a_conflict(as_alice, alice, lamp):
    bought(alice, lamp)
    as_alice.post("products/lamp/reviews/", BODY)

    again = as_alice.post("products/lamp/reviews/", {**BODY, "rating": 1})

    assert again.status_code == 409
    assert again.json() == {
        "error": "You have reviewed this product already",
        "code": "conflict",
        "details": None,
    }
    lamp.refresh_from_db()
    assert (lamp.rating_sum, lamp.review_count) == (5, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": True}, "rating"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"comment": "  "}, "comment"),
        ({"comment": 7}, "comment"),
    ],
)
def test_bodies_that_make_no_sense_are_refused(as_alice, alice, lamp, change, field):
    bought(alice, lamp)

    response = as_alice.post("products/lamp/reviews/", {**BODY, **change})

    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert list(response.json()["details"]) == [field]
    assert not Review.objects.exists()
