"""The watcher of locks itself: each wrong step is seen, and said."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from backend.cart import queries as carts
from backend.cart.models import CartItem
from backend.core import transactions
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders import queries as orders
from backend.orders.models import Order, StatusChange
from tests import factories, locks
from tests.concurrency.stall import Stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(_locks_are_in_order: None) -> Iterator[list[str]]:
    """What the watcher found; these faults are meant, so they fail no test."""
    yield locks.problems
    locks.problems.clear()


def adjust(sku: str) -> None:
    inventory.adjust(sku=sku, delta=1, note="", actor_id=None, now=timezone.now())


def test_a_cart_after_an_order(stall: Stall, seen: list[str]) -> None:
    order, cart = stall.order(), stall.alice.pk

    with transaction.atomic():
        orders.lock_order(order_id=order.pk)
        carts.lock_cart(user_id=cart, now=stall.now)

    assert seen == [f"cart {cart} is locked after order {order.pk} (held: order)"]


def test_an_order_after_stock(stall: Stall, seen: list[str]) -> None:
    order = stall.order()

    with transaction.atomic():
        adjust("MUG-9")
        orders.lock_order(order_id=order.pk)

    assert seen == [f"order {order.pk} is locked after stock MUG-9 (held: stock MUG-9)"]


def test_skus_out_of_order(stall: Stall, seen: list[str]) -> None:
    stall.fill_cart()

    with transaction.atomic():
        for sku in ("DESK-2", "MUG-9", "MUG-10"):
            adjust(sku)

    assert seen == ["stock MUG-10 is locked after MUG-9 (held: stock DESK-2, stock MUG-9)"]


def test_two_orders_at_once(stall: Stall, seen: list[str]) -> None:
    one = stall.order()
    two = Order.objects.get(pk=one.pk)
    two.pk, two.order_number = stall.alice.pk, "TWO"
    two.save(force_insert=True)

    with transaction.atomic():
        orders.lock_order(order_id=one.pk)
        orders.lock_order(order_id=two.pk)

    assert seen == [f"order {two.pk} is locked after {one.pk} (held: order)"]


def test_a_lock_whose_query_never_ran(stall: Stall, seen: list[str]) -> None:
    order = stall.order()

    with transaction.atomic():
        Order.objects.select_for_update().filter(pk=order.pk)
        Order.objects.filter(pk=order.pk).update(version=9)

    assert seen == [f"UPDATE order {order.pk} without a lock (held: nothing)"]


def test_stock_written_from_what_was_read_without_a_lock(stall: Stall, seen: list[str]) -> None:
    stall.fill_cart()
    row = Stock.objects.get(sku="MUG-9")

    with transaction.atomic():
        row.held = 1
        row.save()

    assert seen == ["UPDATE stock MUG-9 without a lock (held: nothing)"]


def test_several_rows_of_stock_in_one_statement(stall: Stall, seen: list[str]) -> None:
    stall.fill_cart()

    with transaction.atomic():
        list(Stock.objects.select_for_update().filter(sku__in=["MUG-9", "MUG-10"]))

    assert seen == ["rows of stock are locked that the statement does not name (held: nothing)"]


def test_a_line_of_a_cart_that_is_not_locked(stall: Stall, seen: list[str]) -> None:
    line = stall.fill_cart()[0]

    with transaction.atomic():
        CartItem.objects.filter(pk=line.pk).update(quantity=2)

    assert seen == ["UPDATE cart_cartitem without a lock of the cart (held: nothing)"]


def test_history_of_an_order_that_is_not_locked(stall: Stall, seen: list[str]) -> None:
    order = stall.order()

    with transaction.atomic():
        StatusChange.objects.create(order=order, status="pending", note="", created_at=stall.now)

    assert seen == ["INSERT INTO orders_statuschange without a lock of the order (held: nothing)"]


def test_what_a_savepoint_gave_back_is_not_held(stall: Stall, seen: list[str]) -> None:
    order = stall.order()

    @transactions.retried
    def refused() -> None:
        adjust("MUG-9")
        raise LookupError

    with transaction.atomic():
        with pytest.raises(LookupError):
            refused()
        orders.lock_order(order_id=order.pk)

    assert seen == []


def test_two_transactions_are_two_stories(stall: Stall, seen: list[str]) -> None:
    order = stall.order()

    with locks.watched() as transactions_seen:
        adjust("MUG-9")
        with transaction.atomic():
            orders.lock_order(order_id=order.pk)

    assert locks.stories(transactions_seen) == [["stock MUG-9"], ["order"]]
    assert seen == []


def test_a_factory_outside_of_any_transaction_is_nobody_s_business(seen: list[str]) -> None:
    factories.product(sku="Z")
    Stock.objects.update(on_hand=3)

    assert seen == []
