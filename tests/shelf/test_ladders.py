"""The ladders say at any time what a count of the places would say."""

from random import Random

import pytest
from django.db import connection, transaction

from backend.orders.audit import STOCK
from backend.shelf import actions, ladders, queries
from backend.shelf.models import NO_CATEGORY, Ladder
from tests.shelf.places import mugs

pytestmark = pytest.mark.django_db


def climb():
    """Each ladder: its prices of what can be bought, and of what is sold out."""
    return {row.category_id: (row.buyable, row.sold_out) for row in Ladder.objects.all()}


def test_prices_are_kept_sorted_by_category_and_stock():
    actions.put([mugs(1, cents=900), mugs(2, cents=500), mugs(3, cents=500, is_buyable=False)])
    actions.put([mugs(4, cents=700, is_active=False), mugs(5, cents=0, category=8)])

    assert climb() == {NO_CATEGORY: ([500, 900], [500]), mugs(5, category=8).category_id: ([0], [])}


def test_a_place_that_changes_leaves_its_old_rung():
    actions.put([mugs(1, cents=500), mugs(2, cents=500), mugs(3, cents=700)])

    actions.put([mugs(1, cents=600), mugs(2, cents=500, is_active=False), mugs(3, cents=700, category=8)])

    assert climb() == {NO_CATEGORY: ([600], []), mugs(3, category=8).category_id: ([700], [])}


@pytest.mark.parametrize("most_steps", [0, 200])
def test_any_changes_leave_what_counting_anew_would(most_steps, monkeypatch):
    monkeypatch.setattr(ladders, "MOST_STEPS", most_steps)
    random = Random(5)
    for _ in range(60):
        places = [mugs(number, random=random) for number in random.sample(range(9), 3)]
        actions.put(places)
        with transaction.atomic():
            actions.turn(places=queries.lock_of([places[0].pk]), buyable=random.choice([set(), {"mug-0"}]))

        assert not unlike()


def unlike():
    """What the audit has to say of places and ladders."""
    with connection.cursor() as cursor:
        cursor.execute(STOCK.checks["ladders"])
        return cursor.fetchall()


def test_the_audit_sees_a_ladder_that_is_not_what_the_places_say():
    actions.put([mugs(1, cents=500)])
    Ladder.objects.update(buyable=[500, 500])
    assert [message for _, _, message in unlike()] == [
        f"Category {NO_CATEGORY}: lists count 2 products to buy and 0 sold out, there are 1 and 0"
    ]

    with transaction.atomic():
        ladders.rebuild()

    assert not unlike()
