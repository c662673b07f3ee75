"""Each category's share of the blocks, and what the version before, which knows of none, leaves of it."""

from uuid import UUID

import pytest
from django.db import transaction

from backend.shelf import actions, blocks
from backend.shelf.models import Block, Place, Share, Shift
from tests.shelf import version_before
from tests.shelf.places import mugs
from tests.shelf.test_blocks import turn, unlike

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_mugs_in_three_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 2)
    actions.put(
        [mugs(number, cents=number, category=number % 2, is_buyable=number != 1) for number in range(5)]
    )
    rebuild()


def rebuild():
    with transaction.atomic():
        blocks.rebuild()


def test_a_share_names_the_blocks_in_which_a_category_lies():
    rows = Share.objects.order_by("ordering", "category_id")

    assert [(row.category_id.int, row.buyable, row.sold_out) for row in rows.filter(ordering="cents")] == [
        (0, [0, 1, 2], []),
        (1, [1], [0]),
    ]
    assert rows.count() == 6
    assert Block.objects.filter(has_shares=True).count() == 6
    assert not unlike()


def test_a_product_in_another_category_shifts_from_one_to_the_other():
    actions.put([mugs(2, cents=2, category=1)])

    rows = Shift.objects.order_by("pk")
    assert [(row.category_id.int, row.buyable) for row in rows] == [(0, -1), (1, 1)]
    assert not unlike()


def test_the_audit_names_the_first_share_that_is_not_what_the_places_say():
    Place.objects.filter(slug="mug-3").update(category_id=UUID(int=0))

    said = "lists count 1 products to buy and 0 sold out in it, there are 2 and 0"
    assert unlike() == [f"Category {UUID(int=0)}, block 1 by {column}: {said}" for column in blocks.ORDERS]


def test_what_the_version_before_counts_is_no_mistake_and_is_counted_again():
    turn(0)
    version_before.count()
    assert not unlike()

    blocks.fold(branches={})

    assert Block.objects.filter(has_shares=True).count() == 6
    assert not unlike()


def test_what_the_version_before_tells_is_no_mistake_and_is_counted():
    turn(0)
    version_before.tell()
    assert not unlike()

    blocks.fold(branches={})

    assert not Shift.objects.exists()
    assert not unlike()


def test_few_shifts_with_categories_wait(django_assert_num_queries):
    turn(0)

    with django_assert_num_queries(5):
        blocks.fold(branches={})

    assert Shift.objects.count() == 1
