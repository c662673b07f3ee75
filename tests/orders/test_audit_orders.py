"""The audit holds stock against orders: each has the units that its status says, and none waits for ever."""

from datetime import timedelta

import pytest

from backend.inventory import actions as inventory
from backend.inventory.models import LedgerEntry
from backend.orders import actions
from backend.orders.models import Order, OrderItem
from tests.orders.auditing import NOW, found
from tests.orders.conftest import addresses, fill_cart
from tests.orders.steps import deliver, pay, ship

pytestmark = pytest.mark.django_db


def moved(order, story):
    """The finding that the ledger tells something else of the order's mugs than its status."""
    return ("orders", "MUG", order.pk, f"Order {order.order_number}, {story}")


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
