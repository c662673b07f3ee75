"""Stock moves by conditional updates; each leaves a ledger line and an event."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from backend.core.errors import Conflict, Invalid, Missing
from backend.inventory import actions, queries
from backend.inventory.actions import StockUnavailable
from backend.inventory.models import LedgerEntry, Stock
from backend.outbox.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ORDER = uuid4()


def move(action, **units):
    return action(units=units, order_id=ORDER, actor_id=None, now=NOW)


def row(sku):
    stock = Stock.objects.get(sku=sku)
    return stock.on_hand, stock.held, stock.version


def assert_ledger_sums_to_row(sku):
    sums = LedgerEntry.objects.filter(stock_id=sku).aggregate(Sum("delta_on_hand"), Sum("delta_held"))
    assert tuple(sums.values()) == row(sku)[:2]


def test_a_hold_keeps_units_and_tells_what_is_left():
    factories.stock(sku="A", product="a", on_hand=5)

    move(actions.hold, A=2)

    assert row("A") == (5, 2, 2)
    told = Event.objects.get(topic="stock:A")
    assert (told.event, told.version) == ("stock.changed", 2)
    assert told.data == {"sku": "A", "product": "a", "quantity": 3, "is_in_stock": True}
    assert_ledger_sums_to_row("A")


def test_a_sale_takes_held_units_away_and_leaves_what_can_be_bought():
    factories.stock(sku="A", product="a", on_hand=5)
    move(actions.hold, A=2)

    move(actions.sell, A=2)

    assert row("A") == (3, 0, 3)
    told = Event.objects.filter(topic="stock:A").order_by("version").values_list("version", "data__quantity")
    assert list(told) == [(2, 3), (3, 3)]
    assert_ledger_sums_to_row("A")


@pytest.mark.parametrize(
    ("action", "reason", "after"),
    [
        (actions.release, "release", (5, 0, 3)),
        (actions.restock, "restock", (7, 2, 3)),
        (actions.take_back, "return", (7, 2, 3)),
    ],
)
def test_units_come_back(action, reason, after):
    factories.stock(sku="A", product="a", on_hand=5)
    move(actions.hold, A=2)

    move(action, A=2)

    assert row("A") == after
    assert LedgerEntry.objects.filter(reason=reason, order_id=ORDER).count() == 1
    assert_ledger_sums_to_row("A")


def test_more_than_is_free_is_refused_and_nothing_moves():
    factories.stock(sku="A", product="a", on_hand=5)
    factories.stock(sku="B", product="b", on_hand=1)

    with pytest.raises(StockUnavailable) as refused:
        move(actions.hold, A=1, B=2)

    assert refused.value.details == {"sku": "B", "requested": 2, "available": 1}
    assert row("A") == (5, 0, 1)
    assert not Event.objects.exists()
    assert_ledger_sums_to_row("A")


def test_a_sale_without_a_hold_is_refused():
    factories.stock(sku="A", product="a", on_hand=5)

    with pytest.raises(StockUnavailable):
        move(actions.sell, A=1)

    assert row("A") == (5, 0, 1)


def test_the_database_itself_refuses_more_held_than_on_hand():
    factories.stock(sku="A", product="a", on_hand=5)

    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(sku="A").update(held=6)


def test_an_adjustment_is_signed_by_its_actor():
    factories.stock(sku="A", product="a", on_hand=5)
    actor = uuid4()

    stock = actions.adjust(sku="A", delta=-3, note="broken", actor_id=actor, now=NOW)

    assert (stock.on_hand, stock.version) == (2, 2)
    entry = queries.ledger("A").first()
    assert (entry.delta_on_hand, entry.reason, entry.note, entry.actor_id) == (
        -3,
        "adjustment",
        "broken",
        actor,
    )


def test_an_adjustment_never_takes_held_units():
    factories.stock(sku="A", product="a", on_hand=5)
    move(actions.hold, A=4)

    with pytest.raises(StockUnavailable) as refused:
        actions.adjust(sku="A", delta=-2, note="lost", actor_id=None, now=NOW)

    assert refused.value.details == {"sku": "A", "requested": 2, "available": 1}
    assert row("A") == (5, 4, 2)


def test_more_than_can_be_counted_is_refused():
    factories.stock(sku="A", product="a", on_hand=5)

    for delta in (2**31, 10**30):
        with pytest.raises(Invalid):
            actions.adjust(sku="A", delta=delta, note="x", actor_id=None, now=NOW)

    assert row("A") == (5, 0, 1)


def test_many_skus_move_in_one_statement_and_are_told_in_another(django_assert_num_queries):
    for sku in "ABC":
        factories.stock(sku=sku, product=sku, on_hand=5)

    with transaction.atomic(), django_assert_num_queries(4):  # two are a savepoint
        move(actions.hold, C=1, A=2, B=3)

    assert [row(sku) for sku in "ABC"] == [(5, 2, 2), (5, 3, 2), (5, 1, 2)]
    assert list(Event.objects.order_by("id").values_list("topic", flat=True)) == [
        "stock:A",
        "stock:B",
        "stock:C",
    ]


def test_an_unknown_sku_is_missing():
    with pytest.raises(Missing):
        actions.adjust(sku="none", delta=1, note="x", actor_id=None, now=NOW)


def test_a_sku_is_opened_once():
    opening = {
        "sku": "A",
        "product": "a",
        "variant": None,
        "quantity": 3,
        "threshold": None,
        "actor_id": None,
    }
    actions.open_stock(**opening, now=NOW)

    with pytest.raises(Conflict):
        actions.open_stock(**opening, now=NOW)

    assert row("A") == (3, 0, 1)
    assert_ledger_sums_to_row("A")


def test_what_is_held_can_not_be_bought():
    factories.stock(sku="A", product="mug", on_hand=3)
    factories.stock(sku="B", product="mug", on_hand=4)
    move(actions.hold, B=1)

    assert queries.quantities(["A", "B", "C"]) == {"A": 3, "B": 3}
