"""The audit holds the catalogue's lists against its products and their stock."""

import uuid
from datetime import timedelta

import pytest

from backend.shelf.models import Place
from tests.catalog.drafting import create
from tests.orders.auditing import NOW, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"slug": "can"}, "slug"),
        ({"category_id": uuid.UUID(int=7)}, "category"),
        ({"name": "can"}, "name"),
        ({"name": "Pot"}, "name"),
        ({"cents": 999}, "price"),
        ({"created_at": NOW - timedelta(days=1)}, "age"),
        ({"is_active": False}, "state"),
        ({"is_tracked": False, "cents": 1001}, "price, state"),
    ],
)
def test_a_product_that_lists_show_as_another_is_found(changes, other):
    create("POT", quantity=1)
    assert found() == []

    Place.objects.update(**changes)

    shelved = [one for one in found() if one[0] == "shelved"]
    assert shelved == [("shelved", "POT", None, f"pot: lists go by another {other}")]


@pytest.mark.parametrize("name", ["ÜBER Straße", "Ёж", "ΟΔΟΣ", "İzmir", "ǅ ℃ Ⅳ"])
def test_a_name_in_whatever_letters_is_right_in_lists(name):
    create("POT", name=name)

    assert found() == []


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (2, "pot: lists take it for sold out, units left: 2"),
        (0, "pot: lists take it for one to buy, units left: 0"),
    ],
)
def test_a_product_that_lists_take_for_sold_out_by_mistake_is_found(quantity, said):
    create("POT", quantity=quantity)

    Place.objects.update(is_buyable=quantity == 0)

    assert [one for one in found() if one[0] == "places"] == [("places", "POT", None, said)]
