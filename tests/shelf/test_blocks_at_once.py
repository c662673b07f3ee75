"""Nobody waits for the blocks, and whoever comes meanwhile is counted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from backend.shelf import actions, blocks, queries
from backend.shelf.models import Block, Place, Shift
from tests.concurrency.rivals import wait_until_waiting
from tests.shelf.places import mugs
from tests.shelf.test_blocks import unlike

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


@pytest.fixture(autouse=True)
def _counted(monkeypatch):
    """Nine mugs, each in a category of its own, in three blocks of each order."""
    monkeypatch.setattr(blocks, "SIZE", 3)
    places = [mugs(number, cents=number, category=number) for number in range(9)]
    with transaction.atomic():
        actions.put(places)
        blocks.rebuild()


@pytest.fixture
def aside():
    """Does things in a thread with a connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda act: pool.submit(_alone, act)


def _alone(act):
    try:
        with transaction.atomic():
            act()
    finally:
        connection.close()


def sell_out(number):
    actions.turn(places=queries.lock_labelled([f"mug-{number}"]), buyable=())


def counts():
    return list(Block.objects.filter(ordering="cents").values_list("buyable", "sold_out"))


def test_two_of_one_block_sell_out_without_waiting_for_each_other(aside):
    with transaction.atomic():
        sell_out(0)
        aside(lambda: sell_out(1)).result(timeout=PATIENCE)

    assert not unlike()
    assert Shift.objects.count() == 2


def test_what_sells_out_while_others_count_is_counted_by_its_shift(aside):
    with transaction.atomic():
        sell_out(0)
        aside(blocks.rebuild).result(timeout=PATIENCE)
        assert counts() == [(3, 0), (6, 0)], "they have not seen it"

    assert not unlike()
    assert Shift.objects.count() == 1


def test_what_moves_to_another_block_while_others_count_is_found_there(aside):
    cheaper = mugs(8, cents=0, category=8)
    with transaction.atomic():
        queries.lock_labelled(["mug-8"])
        actions.put([cheaper])
        aside(blocks.rebuild).result(timeout=PATIENCE)
    assert not unlike()

    with transaction.atomic():
        blocks.rebuild()

    assert not unlike()
    assert not Shift.objects.exists()
    firsts = Block.objects.filter(ordering="cents").values_list("product_id", flat=True)
    assert list(firsts) == [mugs(2).product_id, mugs(5).product_id]


def test_what_sells_out_after_they_have_counted_and_before_they_are_done_is_counted_too(aside):
    with transaction.atomic():
        blocks.rebuild()
        aside(lambda: sell_out(0)).result(timeout=PATIENCE)

    assert not unlike()
    assert Place.objects.filter(is_buyable=False).count() == Shift.objects.count() == 1


def test_what_is_counted_and_what_is_forgotten_are_of_one_moment(aside):
    with transaction.atomic():
        connection.cursor().execute("LOCK TABLE shelf_place")
        counting = aside(blocks.rebuild)
        wait_until_waiting()
        sell_out(0)
    counting.result(timeout=PATIENCE)

    assert not unlike()
    assert counts() == [(2, 1), (5, 1)]


def test_two_that_count_come_one_after_the_other(aside):
    with transaction.atomic():
        sell_out(0)
        blocks.rebuild()
        other = aside(blocks.rebuild)
        wait_until_waiting()
    other.result(timeout=PATIENCE)

    assert not unlike()
    assert counts() == [(2, 1), (5, 1)]
