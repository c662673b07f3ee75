"""The audit of stock finds nothing in a shop that works, and exactly what was made wrong by hand."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.core import audits
from backend.inventory import actions as inventory
from backend.inventory.models import LedgerEntry, Stock
from backend.orders import actions
from backend.orders.audit import STOCK
from backend.orders.models import Order, OrderItem
from backend.shelf.models import Place
from tests import factories
from tests.catalog.drafting import create
from tests.orders.conftest import addresses, fill_cart
from tests.orders.steps import deliver, pay, ship

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def found(now=NOW):
    report = audits.look(STOCK, now=now)
    return [(one.check, one.sku, one.order_id, one.message) for one in report.findings]


def moved(order, story):
    """The finding that the ledger tells something else of the order's mugs than its status."""
    return ("orders", "MUG", order.pk, f"Order {order.order_number}, {story}")


def unguarded(constraint="stock_held_within_on_hand"):
    """The CHECK is gone until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE inventory_stock DROP CONSTRAINT {constraint}")


@pytest.fixture
def life(order, staff):
    """Alice's order of two mugs, taken to a status."""

    def take_to(status):
        steps = {
            "processing": [pay],
            "shipped": [pay, lambda one: ship(one, staff)],
            "delivered": [pay, lambda one: ship(one, staff), lambda one: deliver(one, staff)],
            "cancelled": [lambda one: actions.cancel_order(order_id=one.pk, user=None, note="", now=NOW)],
        }
        steps["returned"] = [
            *steps["delivered"],
            lambda one: actions.return_order(order_id=one.pk, actor=staff, now=NOW),
        ]
        steps["cancelled after payment"] = [pay, *steps["cancelled"]]
        for step in steps.get(status, []):
            step(order)
        return order

    return take_to


@pytest.mark.parametrize(
    "status",
    ["pending", "processing", "shipped", "delivered", "returned", "cancelled", "cancelled after payment"],
)
def test_an_order_in_any_status_adds_up(life, status):
    life(status)

    assert found() == []


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


def test_units_held_for_nobody_are_found(order):
    inventory.hold(units={"MUG": 1}, order_id=order.pk, actor_id=None, now=NOW)

    assert found() == [
        ("held", "MUG", None, "MUG: 3 held, but orders that wait for payment take 2"),
        moved(order, "pending, MUG: the ledger comes to 0 on hand and 3 held, not to 0 and 2"),
    ]


def test_an_order_that_waits_for_a_sku_that_is_not_there_is_found(order):
    OrderItem.objects.update(product_sku="CUP")

    assert [(check, sku, message) for check, sku, _, message in found() if check == "held"] == [
        ("held", "CUP", "CUP: 0 held, but orders that wait for payment take 2"),
        ("held", "MUG", "MUG: 2 held, but orders that wait for payment take 0"),
    ]


@pytest.mark.parametrize(
    ("real", "said", "on_hand", "held", "wanted"),
    [
        ("pending", "cancelled", 0, 2, "0 and 0"),
        ("pending", "processing", 0, 2, "-2 and 0"),
        ("processing", "pending", -2, 0, "0 and 2"),
        ("shipped", "returned", -2, 0, "0 and 0"),
        ("cancelled", "delivered", 0, 0, "-2 and 0"),
        ("returned", "shipped", 0, 0, "-2 and 0"),
    ],
)
def test_an_order_whose_ledger_tells_of_another_status_is_found(life, real, said, on_hand, held, wanted):
    order = life(real)
    Order.objects.update(status=said)

    assert [one for one in found() if one[0] == "orders"] == [
        moved(order, f"{said}, MUG: the ledger comes to {on_hand} on hand and {held} held, not to {wanted}")
    ]


def test_units_of_one_order_are_not_made_up_for_by_another(as_bob, bob, order, mug):
    fill_cart(as_bob, mug, 2)
    as_bob.post("orders/", addresses(bob))
    other = Order.objects.get(user=bob)
    LedgerEntry.objects.filter(order_id=other.pk).update(order_id=order.pk)

    assert [(check, order_id) for check, _, order_id, _ in found()] == [
        ("orders", min(order.pk, other.pk)),
        ("orders", max(order.pk, other.pk)),
    ]


def test_stock_that_moved_for_an_unknown_order_is_found(mug):
    order_id = mug.pk
    inventory.hold(units={"MUG": 1}, order_id=order_id, actor_id=None, now=NOW)
    inventory.sell(units={"MUG": 1}, order_id=order_id, actor_id=None, now=NOW)

    assert found() == [
        (
            "orders",
            "MUG",
            order_id,
            f"Order {order_id}, unknown, MUG: the ledger comes to -1 on hand and 0 held, not to 0 and 0",
        )
    ]


def test_an_unpaid_order_that_nobody_ends_is_found_after_an_hour(order):
    late = order.expires_at + timedelta(hours=1)

    assert found(now=late) == []
    assert found(now=late + timedelta(seconds=1)) == [
        (
            "overdue",
            "",
            order.pk,
            f"Order {order.order_number} still holds its units, long after its payment window",
        )
    ]


def test_an_order_whose_money_is_at_the_bank_may_wait(order):
    Order.objects.update(payment_status="processing")

    assert found(now=order.expires_at + timedelta(days=2)) == []


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"slug": "can"}, "slug"),
        ({"category_id": uuid.UUID(int=7)}, "category"),
        ({"name": "can"}, "name"),
        ({"name": "Pot"}, "name"),
        ({"cents": 999}, "price"),
        ({"created_at": NOW - timedelta(days=1)}, "age"),
        ({"is_active": False}, "state"),
        ({"is_tracked": False, "cents": 1001}, "price, state"),
    ],
)
def test_a_product_that_lists_show_as_another_is_found(changes, other):
    create("POT", quantity=1)
    assert found() == []

    Place.objects.update(**changes)

    shelved = [one for one in found() if one[0] == "shelved"]
    assert shelved == [("shelved", "POT", None, f"pot: lists go by another {other}")]


@pytest.mark.parametrize("name", ["ÜBER Straße", "Ёж", "ΟΔΟΣ", "İzmir", "ǅ ℃ Ⅳ"])
def test_a_name_in_whatever_letters_is_right_in_lists(name):
    create("POT", name=name)

    assert found() == []


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (2, "pot: lists take it for sold out, units left: 2"),
        (0, "pot: lists take it for one to buy, units left: 0"),
    ],
)
def test_a_product_that_lists_take_for_sold_out_by_mistake_is_found(quantity, said):
    create("POT", quantity=quantity)

    Place.objects.update(is_buyable=quantity == 0)

    assert [one for one in found() if one[0] == "places"] == [("places", "POT", None, said)]


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
