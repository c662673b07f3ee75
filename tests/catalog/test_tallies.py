"""Positions in ranges of prices and in large branches by tallies, whatever has changed since these were made.

Nothing else answers here: where tallies can't tell, there is no page.
"""

from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from django.db import transaction

from backend.catalog import blocks as reading
from backend.catalog import pages
from backend.catalog.filters import ProductFilter
from backend.catalog.forest import Branch
from backend.shelf import actions, blocks, tallies
from backend.shelf.models import Block, Place, Shift, Tally
from tests.catalog.test_blocks import MUGS, ORDERINGS, change, found, in_order
from tests.catalog.test_shares import move
from tests.shelf.places import mugs

pytestmark = pytest.mark.django_db
BRANCH = [UUID(int=0), UUID(int=2)]
BOUNDS = [(None, None), (0, None), (1, None), (None, 1), (0, 1), (1, 2), (1, 1), (None, 7)]


@pytest.fixture(autouse=True)
def _nothing_else(monkeypatch):
    monkeypatch.setattr(tallies, "MANY", 1)
    monkeypatch.setattr(tallies, "STEP", 1)
    monkeypatch.setattr(pages, "from_nearer_end", lambda asked, order: "NULL::uuid[]")
    monkeypatch.setattr(reading, "_shared", lambda asked, order: "NULL::uuid[]")


def count():
    with transaction.atomic():
        blocks.rebuild(branches={Branch(BRANCH).name: BRANCH})


def pages_told(random, *, rounds):
    """How many pages in the middle of some range were told; each must be what a sort finds."""
    told = 0
    for _ in range(rounds):
        low, high = random.choice(BOUNDS)
        branch = random.choice([None, BRANCH])
        in_stock, ordering = random.choice([None, True, False]), random.choice(ORDERINGS)
        least, most = (None if cents is None else Decimal(cents) / 100 for cents in (low, high))
        asked = ProductFilter(
            category=branch and "some",
            min_price=least,
            max_price=most,
            in_stock=in_stock,
            ordering=ordering,
        )
        if not asked.has_bounds and branch is None:
            continue  # blocks tell
        wanted = in_order([place for place in on_sale(branch) if fits(place, asked, low, high)], ordering)

        for start in range(0, len(wanted) + 2, 3):
            number, page = found(asked, start=start, size=3, branch=branch)
            assert number == len(wanted), asked
            assert page in (None, wanted[start : start + 3]), (asked, branch, start)
            told += page is not None
    return told


def on_sale(branch):
    places = Place.objects.filter(is_active=True).defer("words")
    return places if branch is None else places.filter(category_id__in=branch)


def fits(place, asked, low, high):
    return (
        asked.in_stock in (None, place.is_buyable)
        and (low is None or place.cents >= low)
        and (high is None or place.cents <= high)
    )


@pytest.fixture(params=[(1, 64), (3, 64), (1, 4)], ids=str)
def shop(request, monkeypatch):
    """Half of its mugs are there and counted."""
    size, strides = request.param
    monkeypatch.setattr(blocks, "SIZE", size)
    monkeypatch.setattr(tallies, "STRIDES", strides)
    random = Random(size + strides)
    actions.put([mugs(number, random=random) for number in range(0, MUGS, 2)])
    move(random)
    count()
    return random


def test_every_page_that_is_told_is_what_a_sort_finds(shop):
    counted, shifted = 0, 0
    for _ in range(12):
        change(shop)
        move(shop)
        assert Shift.objects.exists()
        shifted += pages_told(shop, rounds=8)
        if shop.random() < 0.5:
            count()
            counted += pages_told(shop, rounds=8)
    assert min(counted, shifted) > 9
    assert counted + shifted > 50


def test_most_pages_are_told_when_all_is_counted(shop):
    """Those near the counted end are not: that is as near as any block."""
    actions.put([mugs(number, category=number % 3, cents=number % 4) for number in range(MUGS)])
    count()
    asked = ProductFilter(min_price=Decimal("0.01"), ordering="name")

    told = [found(asked, start=start, size=3)[1] is not None for start in range(18)]

    assert told[-6:] == [True] * 6
    assert sum(told) >= 9


def test_who_counts_without_tallies_leaves_none_that_are_believed(shop):
    """As the version before does."""
    Block.objects.update(has_tallies=False)

    assert pages_told(shop, rounds=30) == 0
    assert Tally.objects.exists()


def test_a_branch_that_is_not_the_one_that_was_counted_is_not_told(shop):
    for other in ([], [UUID(int=0)], [*BRANCH, UUID(int=1)]):
        asked = ProductFilter(category="some", ordering="price")

        assert all(found(asked, start=start, size=3, branch=other)[1] is None for start in range(9))


def test_what_lies_across_the_bounds_is_looked_at(shop, monkeypatch):
    """Steps of three: most bounds lie within one."""
    monkeypatch.setattr(tallies, "STEP", 3)
    actions.put([mugs(number, cents=number) for number in range(MUGS)])
    count()
    told = 0
    for low in range(4):
        for in_stock, ordering in [(None, "name"), (True, None), (None, "price"), (None, "-price")]:
            asked = ProductFilter(
                min_price=Decimal(low) / 100, max_price=Decimal(22), in_stock=in_stock, ordering=ordering
            )
            wanted = in_order([place for place in on_sale(None) if fits(place, asked, low, None)], ordering)
            for start in range(len(wanted)):
                page = found(asked, start=start, size=2)[1]
                assert page in (None, wanted[start : start + 2]), (asked, start)
                told += page is not None
    assert told > 50
