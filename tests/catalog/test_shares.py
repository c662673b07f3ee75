"""Positions in branches of the tree by shares of the blocks, whatever has changed since they were counted."""

from random import Random
from uuid import UUID

import pytest
from django.db import transaction

from backend.catalog.filters import ProductFilter
from backend.shelf import actions, blocks, ladders, queries
from backend.shelf.models import Place, Share, Shift
from tests.catalog.test_blocks import MUGS, ORDERINGS, change, found, in_order
from tests.shelf import version_before
from tests.shelf.places import mugs

pytestmark = pytest.mark.django_db
CATEGORIES = [UUID(int=number) for number in range(5)]


def move(random):
    """Some mugs to other categories, and nothing else; one of them is in none that anybody asks for."""
    slugs = [f"mug-{number}" for number in random.sample(range(MUGS), 5)]
    with transaction.atomic():
        places = list(queries.lock_labelled(slugs))
        for place in places:
            place.category_id, place.words = random.choice(CATEGORIES), "'mug'"
        actions.put(places)


def check(random, *, rounds=12):
    """All pages of some branches, in each order, of those to buy and those sold out."""
    for _ in range(rounds):
        branch = random.sample(CATEGORIES, random.randrange(1, 4))
        in_stock, ordering = random.choice([None, True, False]), random.choice(ORDERINGS)
        asked = ProductFilter(category="some", in_stock=in_stock, ordering=ordering)
        places = Place.objects.filter(is_active=True, category_id__in=branch).defer("words")
        wanted = in_order([place for place in places if in_stock in (None, place.is_buyable)], ordering)

        for start in range(0, len(wanted) + 2, 3):
            page = found(asked, start=start, size=3, branch=branch)
            assert page == (len(wanted), wanted[start : start + 3]), (asked, branch, start)


@pytest.fixture(params=[1, 3, 50])
def shop(request, monkeypatch):
    """Half of its mugs are there and counted; some have moved since."""
    monkeypatch.setattr(blocks, "SIZE", request.param)
    random = Random(request.param)
    actions.put([mugs(number, random=random) for number in range(0, MUGS, 2)])
    move(random)
    with transaction.atomic():
        blocks.rebuild()
    return random


def test_every_page_of_a_branch_is_what_a_sort_finds(shop):
    for _ in range(8):
        change(shop)
        move(shop)
        check(shop)
    assert Share.objects.exists()
    assert Shift.objects.exclude(category_id=None).exists()


@pytest.mark.parametrize("does", [version_before.count, version_before.tell])
def test_the_version_before_may_write_beside_this_one(shop, does):
    for _ in range(3):
        change(shop)
        does()
        move(shop)
        check(shop)


@pytest.mark.usefixtures("any_lock_order")
def test_a_product_that_the_version_before_has_moved_is_missed_and_walked_to(shop):
    """It tells no shift: in no order has anything moved."""
    for place in Place.objects.filter(is_active=True).defer("words")[:3]:
        Place.objects.filter(pk=place.pk).update(category_id=CATEGORIES[0])
        ladders.rebuild()

        check(shop)


def test_a_branch_of_nothing_and_an_unknown_one_are_empty(shop):
    asked = ProductFilter(category="some", ordering="price")

    for branch in ([], [UUID(int=77)]):
        assert found(asked, start=600, size=3, branch=branch) == (0, [])
