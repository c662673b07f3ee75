"""The blocks, and what has shifted since they were counted, say what a count of the places would say."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection, transaction

from backend.orders.audit import STOCK
from backend.shelf import actions, blocks, bulk, queries
from backend.shelf.models import Block, Shift
from tasks import housekeeping
from tests.shelf import version_before
from tests.shelf.places import NOW, mugs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_places_a_block(monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 2)


def shifts():
    rows = Shift.objects.order_by("pk")
    return [(row.product_id.int - 1, row.cents, row.name, row.buyable, row.sold_out) for row in rows]


def forget_shifts():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE shelf_shift")


def counted():
    """The places that are first in their block, and how many are to buy and sold out before each."""
    rows = Block.objects.order_by("ordering", "number")
    return [(row.ordering, row.product_id.int - 1, row.buyable, row.sold_out) for row in rows]


def unlike():
    """What the audit has to say of blocks, of each category's share of these, and of tallies."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(STOCK.checks[name] for name in ("blocks", "shares", "tallies")))
        return [message for _, _, message in cursor.fetchall()]


def turn(*numbers, buyable=()):
    with transaction.atomic():
        slugs = [f"mug-{number}" for number in numbers]
        actions.turn(places=queries.lock_labelled(slugs), buyable=buyable)


def test_a_block_tells_what_comes_before_its_first_place():
    fields = [(1, 500, "b", 3), (2, 400, "a", 1), (3, 400, "d", 1), (4, 900, "e", 2), (5, 100, "c", 1)]
    places = [mugs(number, cents=cents, is_buyable=number != 3) for number, cents, _, _ in fields]
    for place, (_, _, name, days) in zip(places, fields, strict=True):
        place.name, place.created_at = name, NOW + timedelta(days=days)
    actions.put([*places, mugs(6, is_active=False)])

    with transaction.atomic():
        blocks.rebuild()

    by_age = [("created_at", 2, 2, 0), ("created_at", 5, 3, 1)]
    by_price = [("cents", 3, 2, 0), ("cents", 4, 3, 1)]
    assert counted() == [*by_price, *by_age, ("name", 5, 2, 0), ("name", 4, 3, 1)]


def test_what_changes_shifts():
    actions.put([mugs(1, cents=500), mugs(2, cents=600, is_buyable=False), mugs(3, is_active=False)])
    assert shifts() == [(1, 500, "mug", 1, 0), (2, 600, "mug", 0, 1)]

    forget_shifts()
    actions.put([mugs(1, cents=700), mugs(2, cents=600, is_active=False), mugs(3)])
    assert shifts() == [
        (1, 500, "mug", -1, 0),
        (2, 600, "mug", 0, -1),
        (1, 700, "mug", 1, 0),
        (3, 100, "mug", 1, 0),
    ]


def test_what_sells_out_is_one_shift_and_what_stays_is_none():
    actions.put([mugs(1), mugs(2)])
    forget_shifts()

    turn(1, 2, buyable={"mug-2"})
    actions.put([mugs(2)])

    assert shifts() == [(1, 100, "mug", -1, 1)]


def test_any_changes_leave_what_counting_anew_would():
    random = Random(5)
    for _ in range(30):
        places = [mugs(number, random=random) for number in random.sample(range(9), 3)]
        for place in places:
            place.name, place.created_at = random.choice("ab"), NOW + timedelta(days=random.randrange(2))
        actions.put(places)
        turn(places[0].product_id.int - 1, buyable=random.choice([set(), {places[0].slug}]))
        if random.random() < 0.2:
            with transaction.atomic():
                blocks.rebuild()

        assert not unlike()
    assert counted()
    assert shifts()


def test_the_audit_names_the_first_block_that_is_not_what_the_places_say():
    actions.put([mugs(number, cents=number, is_buyable=number > 0) for number in range(5)])
    with transaction.atomic():
        blocks.rebuild()
    assert not unlike()

    turn(0, buyable={"mug-0"})
    forget_shifts()

    said = "lists count 1 products to buy and 1 sold out before it, there are 2 and 0"
    assert unlike()[:3] == [f"Block 1 by {column}: {said}" for column in blocks.ORDERS]


def test_shifts_are_folded_when_there_are_enough(monkeypatch):
    monkeypatch.setattr(blocks, "ENOUGH", 3)
    actions.put([mugs(1), mugs(2)])
    housekeeping.fold_shelf()
    assert (len(shifts()), counted()) == (2, [])

    actions.put([mugs(3)])
    housekeeping.fold_shelf()

    assert (len(shifts()), len(counted())) == (0, 3)


def test_a_load_in_bulk_ends_with_blocks():
    with bulk.loading():
        actions.put([mugs(1), mugs(2), mugs(3)])

    assert (len(shifts()), len(counted())) == (0, 3)


def test_a_shop_that_was_there_before_is_given_the_blocks_it_would_count():
    actions.put([mugs(number, cents=-number % 3, is_buyable=number > 2) for number in range(7)])
    with transaction.atomic():
        blocks.rebuild()
    Block.objects.update(has_shares=False, has_tallies=False)  # the first fold counts them
    wanted = list(Block.objects.order_by("ordering", "number").values())

    version_before.count()

    assert list(Block.objects.order_by("ordering", "number").values()) == wanted
    assert len(wanted) == 9
