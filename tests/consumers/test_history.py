"""No gap, no double: under concurrent changes, after repeats, and when Redis was away for a moment."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from backend.cart.models import Cart
from backend.core import redis
from backend.devstack import processes
from backend.inventory import actions as inventory
from backend.outbox import wire
from backend.outbox.models import Event
from tests import factories
from tests.consumers.test_cart import add


@pytest.fixture
def mug(transactional_db):
    return factories.product(sku="MUG", quantity=1000)


def sell(sku="MUG"):
    inventory.adjust(sku=sku, delta=-1, note="count", actor_id=None, now=timezone.now())


def cut():
    """Break the server's link to Redis; it comes back by itself."""
    redis.client().execute_command("CLIENT", "KILL", "TYPE", "pubsub")


def wait_for_listener(topic):
    channel = wire.channel(topic)
    assert processes.wait_until(lambda: dict(redis.client().pubsub_numsub(channel))[channel] == 1, seconds=30)


def test_whoever_comes_while_it_changes_misses_nothing(shop, alice, mug, tell):
    stop = threading.Event()

    def change():
        while not stop.is_set():
            add(alice, mug)
            tell()
        connection.close()

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(12):
            ears = shop.listen("cart/", alice)
            versions = [frame["version"] for frame in ears.frames(6)]
            ears.close()
            assert versions == list(range(versions[0], versions[0] + 6))
    finally:
        stop.set()
        changing.join()


def test_a_repeated_update_is_sent_once(shop, alice, mug, tell):
    ears = shop.listen("cart/", alice)
    ears.frame()
    add(alice, mug)
    again = Event.objects.get()
    tell()
    again.save(force_insert=True)
    add(alice, mug)
    tell()

    assert [frame["version"] for frame in ears.frames(2)] == [2, 3]
    assert ears.is_silent()


def test_a_hole_in_a_stream_sends_the_client_for_a_snapshot(shop, alice, mug, tell):
    ears = shop.listen("cart/", alice)
    ears.frame()
    add(alice, mug)
    Event.objects.all().delete()
    add(alice, mug)
    tell()

    assert ears.end() == (3010, [])


def test_a_cut_link_that_missed_nothing_changes_nothing(shop, alice, mug, tell):
    cart, stock = shop.listen("cart/", alice), shop.listen("stock/?sku=MUG")
    topic = cart.frame()["topic"]
    stock.frame()

    cut()
    wait_for_listener(topic)
    wait_for_listener("stock:MUG")
    add(alice, mug)
    sell()
    tell()

    assert (cart.frame()["version"], stock.frame()["version"]) == (2, 2)
    assert cart.is_silent()
    assert stock.is_silent()


def test_what_a_cut_link_missed_is_made_good(shop, alice, mug, tell):
    cart, stock = shop.listen("cart/", alice), shop.listen("stock/?sku=MUG")
    cart.frame(), stock.frame()

    add(alice, mug)
    sell()
    Event.objects.all().delete()  # as if it had been told while nobody listened
    cut()

    anew = stock.frame()
    assert (anew["type"], anew["version"], anew["data"]["quantity"]) == ("snapshot", 2, 999)
    assert cart.end() == (3010, [])


def test_what_is_still_to_be_told_when_the_link_is_back_is_waited_for(shop, alice, mug, tell):
    ears = shop.listen("cart/", alice)
    topic = ears.frame()["topic"]

    add(alice, mug)
    cut()
    wait_for_listener(topic)
    tell()

    update = ears.frame()
    assert (update["type"], update["version"]) == ("update", Cart.objects.get().version)
