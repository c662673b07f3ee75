"""What tallies say of the places that cost less, and when they are counted anew."""

from uuid import UUID

import pytest
from django.db import transaction

from backend.catalog import anew
from backend.shelf import actions, blocks, tallies
from backend.shelf.models import Block, Tally
from tests import factories
from tests.shelf import version_before
from tests.shelf.places import mugs
from tests.shelf.test_blocks import forget_shifts, turn, unlike

pytestmark = pytest.mark.django_db
BRANCHES = {"odd": [UUID(int=1)], "all": [UUID(int=0), UUID(int=1)], "none": [UUID(int=9)]}


@pytest.fixture(autouse=True)
def _six_mugs_in_three_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 2)
    monkeypatch.setattr(tallies, "STEP", 1)
    monkeypatch.setattr(tallies, "MANY", 3)
    actions.put(
        [mugs(number, cents=number * 10, category=number % 2, is_buyable=number != 1) for number in range(6)]
    )
    rebuild()


def rebuild(branches=BRANCHES):
    with transaction.atomic():
        blocks.rebuild(branches=branches)


def told(branch, ordering="cents"):
    rows = Tally.objects.filter(branch=branch, ordering=ordering).order_by("cents")
    return {row.cents: (row.buyable, row.sold_out) for row in rows}


def test_a_tally_tells_how_many_cheaper_ones_come_before_each_block_and_in_all():
    assert told("odd") == {
        10: ([0, 0, 0], [0, 0, 0]),
        30: ([0, 0, 0], [1, 1, 1]),
        50: ([0, 1, 1], [1, 1, 1]),
        51: ([0, 1, 2], [1, 1, 1]),
    }
    assert told("", "name")[50] == ([1, 3, 4], [1, 1, 1])
    assert set(Tally.objects.values_list("blocks", flat=True)) == {1}


def test_a_price_that_many_have_begins_and_ends_a_step():
    actions.put([mugs(number, cents=20) for number in range(4)])
    rebuild()

    assert list(told("")) == [20, 21, 40, 50, 51]


def test_there_are_as_many_strides_as_are_wanted_and_blocks_are_counted_by_them(monkeypatch):
    monkeypatch.setattr(tallies, "STRIDES", 1)
    actions.put([mugs(number, cents=number) for number in range(13)])
    rebuild()

    assert set(Tally.objects.values_list("blocks", flat=True)) == {6}
    assert told("")[13] == ([12, 13], [0, 0])


def test_only_large_branches_have_tallies():
    assert tallies.counted() == {"odd", "all"}

    actions.put([mugs(3, is_active=False)])
    rebuild()

    assert tallies.counted() == {"all"}


def test_a_shop_of_nothing_has_none():
    actions.put([mugs(number, is_active=False) for number in range(6)])
    rebuild()

    assert not Tally.objects.exists()


def test_who_is_large_now_is_counted_within_a_fold(monkeypatch):
    monkeypatch.setattr(tallies, "MANY", 1)
    top = factories.category("top")
    leaf = factories.category("leaf", parent=top)
    place = mugs(7)
    place.category_id = leaf.pk
    actions.put([place])

    anew.fold()
    counted = tallies.counted()
    forget_shifts()
    anew.fold()

    assert len(counted) == 2
    assert tallies.counted() == counted

    factories.category("another", parent=top)
    anew.fold()
    assert len(tallies.counted() & counted) == 1
    assert len(tallies.counted()) == 2


def test_the_audit_names_the_first_tally_that_is_not_what_the_places_say():
    turn(0)
    assert not unlike()

    forget_shifts()

    said = "lists count 1 products to buy and 0 sold out, there are 0 and 1"
    assert unlike()[-1] == f"Tally by cents below 10: {said}"


def test_what_the_version_before_counts_is_counted_again():
    turn(0)
    version_before.count()
    assert not unlike()

    blocks.fold(branches=BRANCHES)

    assert not Block.objects.filter(has_tallies=False).exists()
    assert told("")[10] == ([0, 0, 0], [1, 1, 1])
