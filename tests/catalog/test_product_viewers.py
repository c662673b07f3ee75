"""Who looks at a product's page: staff see its cost and what is off sale, buyers no mail but their own."""

import pytest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Product
from tests.catalog.drafting import reviewed

pytestmark = pytest.mark.django_db


def test_only_staff_see_the_cost(as_guest, as_alice, as_staff, laptop):
    seen = [who.get("products/macbook/").json()["cost_price"] for who in (as_guest, as_alice, as_staff)]

    assert seen == [None, None, "1500.00"]


def test_staff_and_the_author_see_the_reviewers_mail(as_guest, as_alice, as_bob, as_staff, laptop, alice):
    reviewed(laptop, alice)

    seen = [
        who.get("products/macbook/").json()["reviews"][0]["user"]
        for who in (as_guest, as_bob, as_alice, as_staff)
    ]

    assert seen == ["Alice A.", "Alice A.", "alice@shopwire.example", "alice@shopwire.example"]


def test_a_hidden_review_is_not_shown(as_guest, laptop, alice):
    reviewed(laptop, alice, is_approved=False)

    assert as_guest.get("products/macbook/").json()["reviews"] == []


def test_a_product_off_sale_is_there_for_staff_alone(as_guest, as_alice, as_staff, laptop):
    actions.deactivate_product(slug="macbook", now=timezone.now())

    statuses = [who.get("products/macbook/").status_code for who in (as_guest, as_alice, as_staff)]

    assert statuses == [404, 404, 200]


def test_a_bad_token_is_refused(as_guest, laptop):
    response = as_guest.get("products/macbook/", Authorization="Bearer nonsense")

    assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
    assert Product.objects.count() == 1
