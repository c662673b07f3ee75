"""A snapshot is of one moment, whatever commits while it is read; and of a list the newest fifty."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from backend.orders.models import Order
from consumers import cart, staff
from consumers import orders as sockets
from tests import factories
from tests.concurrency import rivals
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_orders import cancel, place
from tests.consumers.test_staff import warn

pytestmark = pytest.mark.django_db(transaction=True)
NEWEST = 50


@contextmanager
def meanwhile(change):
    """It commits elsewhere once the row itself has been read, and before anything else of it is."""
    selects = []

    def elsewhere():
        change()
        connection.close()

    def watch(execute, sql, params, many, context):
        if sql.lstrip().startswith("SELECT"):
            selects.append(sql)
            if len(selects) == 2:
                other = threading.Thread(target=elsewhere)
                other.start()
                other.join()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert len(selects) >= 2


@contextmanager
def between(change):
    """It commits elsewhere once the row itself has been read: the items have to be waited for."""
    has_locked = threading.Event()

    def elsewhere():
        with transaction.atomic():
            connection.cursor().execute("LOCK TABLE orders_orderitem IN ACCESS EXCLUSIVE MODE")
            has_locked.set()
            rivals.wait_until_waiting()
            change()
        connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    assert has_locked.wait(rivals.PATIENCE)
    yield
    other.join()


def shown(look, topic):
    return json.loads(look([topic])[topic].frame)


def test_an_order_is_shown_as_of_its_version(alice):
    order = place(alice, factories.product(sku="MUG"))

    with between(lambda: cancel(order, alice)):
        before = shown(sockets.look_at_orders, f"order:{order.pk}")
    after = shown(sockets.look_at_orders, f"order:{order.pk}")

    assert (before["version"], after["version"]) == (1, 2)
    for seen, steps in ((before, ["pending"]), (after, ["pending", "cancelled"])):
        assert seen["data"]["status"] == steps[-1]
        assert [step["status"] for step in seen["data"]["status_history"]] == steps


def test_a_cart_is_shown_as_of_its_version(alice):
    mug, topic = factories.product(sku="MUG"), cart_topic(alice)
    add(alice, mug)

    with meanwhile(lambda: add(alice, mug)):
        before = shown(cart.look, topic)
    after = shown(cart.look, topic)

    assert [(seen["version"], seen["data"]["total_items"]) for seen in (before, after)] == [(2, 1), (3, 2)]


def copies(row, **unique):
    """So many of the row that with it there is one too many; the newest first."""
    made = []
    for number in range(NEWEST):
        again = type(row).objects.get(pk=row.pk)
        again.pk = type(row)._meta.pk.get_default()
        again.created_at = row.created_at + timedelta(minutes=number + 1)
        for name, value in unique.items():
            setattr(again, name, value.format(number))
        made.append(again)
    type(row).objects.bulk_create(made)
    return [str(again.pk) for again in reversed(made)]


@pytest.mark.parametrize("feed", ["orders:{}", "orders:all"])
def test_of_orders_the_newest_fifty_are_shown(alice, feed):
    newest = copies(place(alice, factories.product(sku="MUG")), order_number="{}")

    seen = shown(sockets.look_at_feeds, feed.format(alice.pk))

    assert Order.objects.count() == NEWEST + 1
    assert [row["id"] for row in seen["data"]] == newest


def test_of_open_alerts_the_newest_fifty_are_shown():
    newest = copies(warn(), message="{}")

    assert [row["id"] for row in shown(staff.look, "staff:alerts")["data"]] == newest
