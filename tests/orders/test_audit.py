"""The audit of stock finds nothing in a shop that works, and exactly what was made wrong by hand."""

import pytest
from django.db import connection, transaction

from backend.core import audits
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders.audit import STOCK
from backend.orders.models import OrderItem
from tests import factories
from tests.orders.auditing import NOW, found
from tests.orders.conftest import addresses, fill_cart

pytestmark = pytest.mark.django_db


def unguarded(constraint="stock_held_within_on_hand"):
    """The CHECK is gone until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE inventory_stock DROP CONSTRAINT {constraint}")


def test_a_shop_without_stock_adds_up(db):
    report = audits.look(STOCK, now=NOW)

    assert (report.findings, report.is_complete) == ([], True)
    assert report.counts == {"SKUs": 0, "ledger lines": 0, "orders": 0}


def test_what_is_not_counted_is_not_looked_for(as_alice, alice):
    fill_cart(as_alice, factories.product(sku="EBOOK", quantity=0, track_inventory=False), 3)
    as_alice.post("orders/", addresses(alice))

    assert OrderItem.objects.get().is_tracked is False
    assert found() == []


def test_adjusted_stock_adds_up(order):
    inventory.adjust(sku="MUG", delta=-3, note="broken", actor_id=None, now=NOW)
    inventory.relabel(sku="MUG", product="mug", variant=None, threshold=1, now=NOW)

    assert found() == []
    assert audits.look(STOCK, now=NOW).counts == {"SKUs": 1, "ledger lines": 3, "orders": 1}


def test_more_held_than_there_is_is_found(order):
    unguarded()
    Stock.objects.update(on_hand=1)

    assert found() == [
        ("bounds", "MUG", None, "MUG: 2 held of 1 on hand"),
        ("ledger", "MUG", None, "MUG: the row says 1 on hand and 2 held, its ledger 5 and 2"),
    ]


def test_less_than_nothing_held_is_found(mug):
    unguarded()
    Stock.objects.update(held=-1)

    assert ("bounds", "MUG", None, "MUG: -1 held of 5 on hand") in found()


def test_a_row_that_is_not_its_ledger_is_found(order):
    Stock.objects.update(on_hand=6)

    assert found() == [
        ("ledger", "MUG", None, "MUG: the row says 6 on hand and 2 held, its ledger 5 and 2"),
    ]


def test_a_row_without_a_ledger_is_found(db):
    Stock.objects.create(sku="MUG", product="mug", on_hand=5)

    assert found() == [
        ("ledger", "MUG", None, "MUG: the row says 5 on hand and 0 held, its ledger 0 and 0"),
    ]


def test_a_version_that_was_told_twice_is_found(order):
    Stock.objects.update(version=1)

    assert found() == [("versions", "MUG", None, "MUG: version 1 after 2 changes")]


def test_a_report_that_had_to_be_cut_says_so(monkeypatch):
    monkeypatch.setattr(audits, "MOST_FINDINGS", 2)
    Stock.objects.bulk_create(Stock(sku=sku, product="mug", on_hand=1) for sku in "CBA")

    report = audits.look(STOCK, now=NOW)

    assert [finding.sku for finding in report.findings] == ["A", "B"]
    assert report.is_complete is False


def test_it_takes_a_fixed_number_of_queries(order, mug, django_assert_num_queries):
    for number in range(5):
        factories.product(sku=f"MORE-{number}")

    with (
        django_assert_num_queries(len(STOCK.counted) + len(STOCK.checks)),
        transaction.atomic(savepoint=False),
    ):
        audits.look(STOCK, now=NOW)
