"""The locks are PostgreSQL's own: while they are held, another connection can't have the row."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from backend.accounts import queries as accounts
from backend.cart import queries as carts
from backend.catalog import queries as catalog
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders import queries as order_rows
from backend.payments import actions as payments
from backend.payments import queries as payment_rows
from tests import factories, live
from tests.concurrency import rivals
from tests.concurrency.stall import SKUS, Stall

pytestmark = pytest.mark.django_db(transaction=True)

type IsFree = Callable[..., bool]


@pytest.fixture
def is_free(db: None) -> Iterator[IsFree]:
    """Whether another connection could lock this row now."""
    with psycopg.connect(live.database_url(), autocommit=True) as other:

        def ask(table: str, value: Any, column: str = "id") -> bool:
            try:
                found = other.execute(
                    f"SELECT 1 FROM {table} WHERE {column} = %s FOR UPDATE NOWAIT",  # type: ignore[arg-type]
                    [value],
                ).fetchall()
            except psycopg.errors.LockNotAvailable:
                return False
            assert found, "no such row"
            return True

        yield ask


def lock_functions(stall: Stall) -> list[tuple[Callable[[], Any], str, Any]]:
    """Each of them, with the row that it locks."""
    payment = stall.payment()
    order_id, alice = payment.order_id, stall.alice.pk
    cart = carts.cart_of(user_id=alice, now=stall.now).pk
    return [
        (partial(carts.lock_cart, user_id=alice, now=stall.now), "cart_cart", cart),
        (partial(order_rows.lock_order, order_id=order_id), "orders_order", order_id),
        (
            partial(payment_rows.lock_payment, intent_id=payment.intent_id),
            "payments_payment",
            payment.pk,
        ),
        (partial(payment_rows.lock_payments_of, order_id=order_id), "payments_payment", payment.pk),
        (partial(accounts.lock_user, alice), "accounts_user", alice),
    ]


def test_a_lock_function_locks_at_once_and_until_the_end(stall: Stall, is_free: IsFree) -> None:
    for lock, table, row in lock_functions(stall):
        with transaction.atomic():
            lock()
            assert not is_free(table, row), lock
        assert is_free(table, row), lock


def test_a_lock_function_refuses_to_run_outside_a_transaction(stall: Stall) -> None:
    for lock, _, _ in lock_functions(stall):
        with pytest.raises((RuntimeError, TransactionManagementError)):
            lock()


def test_a_product_is_locked_and_can_still_be_put_into_carts(stall: Stall) -> None:
    product = stall.desk()
    mine = "SELECT 1 FROM catalog_product WHERE id = %s FOR NO KEY UPDATE NOWAIT"
    theirs = "SELECT 1 FROM catalog_product WHERE id = %s FOR KEY SHARE NOWAIT"

    with pytest.raises(RuntimeError):
        catalog.lock_product(slug=product.slug)
    with psycopg.connect(live.database_url(), autocommit=True) as other, transaction.atomic():
        catalog.lock_product(slug=product.slug)
        other.execute(theirs, [product.pk])
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(mine, [product.pk])


def test_a_checkout_holds_cart_and_stock_until_it_is_whole(stall: Stall, is_free: IsFree) -> None:
    given = stall.checkout()
    cart = carts.cart_of(user_id=stall.alice.pk, now=stall.now)

    with transaction.atomic():
        orders.place_order(**given)
        assert not is_free("cart_cart", cart.pk)
        assert [is_free("inventory_stock", sku, "sku") for sku in SKUS] == [False] * 5
        assert is_free("inventory_stock", "GIFT-CARD", "sku")
    assert [is_free("inventory_stock", sku, "sku") for sku in SKUS] == [True] * 5


def test_a_cancellation_holds_order_and_stock(stall: Stall, is_free: IsFree) -> None:
    order = stall.order()

    with transaction.atomic():
        orders.cancel_order(order_id=order.pk, user=stall.alice, note="", now=stall.now)
        assert not is_free("orders_order", order.pk)
        assert [is_free("inventory_stock", sku, "sku") for sku in SKUS] == [False] * 5


def test_a_refund_holds_order_and_payment(stall: Stall, is_free: IsFree) -> None:
    paid = stall.paid()

    with transaction.atomic():
        payments.request_refund(
            order_id=paid.order_id, amount=None, actor=stall.staff, reason="", now=stall.now
        )
        assert not is_free("orders_order", paid.order_id)
        assert not is_free("payments_payment", paid.pk)


def test_labels_hold_their_sku_only_when_they_change(stall: Stall, is_free: IsFree) -> None:
    stall.fill_cart()
    relabel = partial(inventory.relabel, sku="MUG-9", product="mug-9", variant=None, now=timezone.now())

    with transaction.atomic():
        relabel(threshold=0)
        assert is_free("inventory_stock", "MUG-9", "sku")
        relabel(threshold=1)
        assert not is_free("inventory_stock", "MUG-9", "sku")


def test_skus_are_locked_in_their_order_however_they_are_named(is_free: IsFree) -> None:
    """Who waits for the first holds none of those behind it, though they were made and named before it."""
    for sku in ("C", "B", "A"):
        factories.product(sku=sku)
    units = {"C": 1, "B": 1, "A": 1}
    hold = partial(inventory.hold, order_id=uuid4(), actor_id=None, now=timezone.now())

    def move() -> None:
        hold(units=units)
        connection.close()

    with rivals.rival() as other:
        other.execute("SELECT 1 FROM inventory_stock WHERE sku = 'A' FOR UPDATE")
        waiting = threading.Thread(target=move)
        waiting.start()
        rivals.wait_until_waiting()
        assert [is_free("inventory_stock", sku, "sku") for sku in ("B", "C")] == [True, True]
        other.rollback()
    waiting.join(rivals.PATIENCE)
    assert list(Stock.objects.values_list("held", flat=True)) == [1, 1, 1]
