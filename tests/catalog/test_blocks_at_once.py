"""What is read by blocks is of one moment: that of the statement."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction

from backend.catalog.filters import ProductFilter
from backend.catalog.forest import Branch
from backend.shelf import actions, blocks, queries, tallies
from tests.catalog.test_blocks import found
from tests.concurrency.rivals import rival, wait_until_waiting
from tests.shelf.places import mugs

GATE = 7
BRANCH = [UUID(int=0)]
TALLIED = {Branch(BRANCH).name: BRANCH}


def found_late(asked):
    """Its statement has begun, and waits at the gate before it looks at any block."""
    try:
        return found(asked, start=2, size=9, branch=BRANCH, gate=f"(SELECT pg_advisory_lock({GATE}))")
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("category", "least", "branches"),
    [(None, None, {}), ("mugs", None, {}), ("mugs", None, TALLIED), (None, Decimal(0), {})],
    ids=["blocks", "shares", "tallies of a branch", "tallies of the shop"],
)
@pytest.mark.django_db(transaction=True)
def test_what_changes_while_a_list_is_read_is_not_in_it(category, least, branches, monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 2)
    monkeypatch.setattr(tallies, "MANY", 1)
    monkeypatch.setattr(tallies, "STEP", 1)
    places = [mugs(number, cents=number) for number in range(6)]
    with transaction.atomic():
        actions.put(places)
        blocks.rebuild(branches=branches)

    asked = ProductFilter(category=category, min_price=least, in_stock=True, ordering="price")

    with rival() as keeper, ThreadPoolExecutor(1) as pool:
        keeper.execute("SELECT pg_advisory_lock(%s)", [GATE])
        page = pool.submit(found_late, asked)
        wait_until_waiting()
        with transaction.atomic():
            actions.turn(places=queries.lock_labelled(["mug-0"]), buyable=())
            blocks.rebuild()
        keeper.execute("SELECT pg_advisory_unlock(%s)", [GATE])

        assert page.result(timeout=20) == (6, [place.pk for place in places[2:]])
    assert found(asked, start=2, size=9, branch=BRANCH)[0] == 5
