"""Positions and counts by blocks, whatever has shifted since they were counted, against a sort in Python."""

from bisect import bisect_right
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection, transaction

from backend.catalog import blocks as reading
from backend.catalog import filters, ladders
from backend.catalog.filters import ProductFilter
from backend.catalog.forest import Branch
from backend.shelf import actions, blocks, queries
from backend.shelf.models import Block, Place, Shift
from tests.shelf.places import NOW, mugs

pytestmark = pytest.mark.django_db
MUGS = 24
ORDERINGS = [None, "price", "-price", "created_at", "-created_at", "name"]


def change(random):
    """Some come, go, move or turn, many of them alike in all but their ids."""
    places = [mugs(number, random=random) for number in random.sample(range(MUGS), 4)]
    for place in places:
        place.name, place.created_at = random.choice("ab"), NOW + timedelta(days=random.randrange(2))
    actions.put(places)
    with transaction.atomic():
        actions.turn(places=queries.lock_labelled(["mug-3", "mug-4"]), buyable=random.choice([[], ["mug-3"]]))


def found(asked, *, start, size, branch=None, gate="(SELECT)"):
    """The count, and the ids of a page, in these categories; the gate comes first."""
    page = reading.page(asked, order=filters.order(asked.ordering))
    count = reading.count(asked) if reading.can_count(asked) else ladders.count(asked)
    statement = f"""
        WITH gate AS MATERIALIZED {gate},
             total AS MATERIALIZED (SELECT {count} AS number FROM gate)
        SELECT number, {page} FROM total"""
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                **filters.values(asked, None if branch is None else Branch(branch)),
                "start": start,
                "size": size,
            },
        )
        return cursor.fetchone()


def on_sale(in_stock):
    places = Place.objects.filter(is_active=True).defer("words")
    return [place for place in places if in_stock in (None, place.is_buyable)]


def in_order(places, ordering):
    """Newest first, and the opposite of each order is its opposite, ids too."""
    column = {"price": "cents", "name": "name"}.get((ordering or "").strip("-"), "created_at")
    backwards = ordering in ("-price", "created_at")
    places.sort(key=lambda place: place.pk, reverse=backwards)
    places.sort(key=lambda place: getattr(place, column), reverse=backwards ^ (column == "created_at"))
    return [place.pk for place in places]


@pytest.mark.parametrize("size", [1, 3, 50])
def test_every_page_and_count_is_what_a_sort_finds(size, monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", size)
    random = Random(size)
    actions.put([mugs(number, random=random) for number in range(0, MUGS, 2)])
    with transaction.atomic():
        blocks.rebuild()
    for _ in range(25):
        change(random)
        asked = ProductFilter(in_stock=random.choice([None, True, False]), ordering=random.choice(ORDERINGS))
        wanted = in_order(on_sale(asked.in_stock), asked.ordering)

        for start in range(0, len(wanted) + 2, 3):
            assert found(asked, start=start, size=3) == (len(wanted), wanted[start : start + 3]), asked
    assert Block.objects.exists() == (size < MUGS)
    assert Shift.objects.exists()


def test_every_range_of_prices_has_as_many_as_lie_in_it(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 3)
    random = Random(1)
    actions.put([mugs(number, random=random) for number in range(MUGS)])
    with transaction.atomic():
        blocks.rebuild()
    for _ in range(10):
        change(random)
        for low, high in [(None, 0), (None, 1), (0, 0), (0, 2), (1, 1), (1, None), (2, 0), (3, None), (2, 9)]:
            for in_stock in (None, True, False):
                prices = sorted(place.cents for place in on_sale(in_stock))
                up_to = len(prices) if high is None else bisect_right(prices, high)
                wanted = up_to - (0 if low is None else bisect_right(prices, low - 1))
                bounds = [None if bound is None else Decimal(bound) / 100 for bound in (low, high)]
                asked = ProductFilter(in_stock=in_stock, min_price=bounds[0], max_price=bounds[1])

                assert found(asked, start=0, size=1)[0] == max(0, wanted), asked
