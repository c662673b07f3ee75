"""Those who bought a product review it once; its average follows."""

import pytest
from django.utils import timezone

from backend.catalog.models import Product
from backend.core import clock
from backend.orders.models import Order, OrderItem
from backend.outbox.models import Event
from backend.reviews import actions
from backend.reviews.models import Review
from tests import factories

pytestmark = pytest.mark.django_db

BODY = {"rating": 5, "title": "Excellent lamp!", "comment": "So bright."}


@pytest.fixture
def lamp():
    return factories.product(sku="LAMP")


def bought(user, product, status="delivered"):
    """An order of the product, straight in the tables."""
    now = timezone.now()
    amounts = dict.fromkeys(("subtotal", "tax", "shipping_cost", "discount", "total_amount"), 0)
    order = Order.objects.create(
        order_number=f"ORD-{Order.objects.count()}",
        user=user,
        status=status,
        currency="usd",
        item_count=1,
        shipping_address={},
        billing_address={},
        expires_at=now,
        updated_at=now,
        **amounts,
    )
    OrderItem.objects.create(
        order=order,
        product_id=product.pk,
        product_name=product.name,
        product_sku=product.sku,
        price=1,
        quantity=1,
        subtotal=1,
        is_tracked=True,
    )


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
