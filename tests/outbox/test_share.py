"""Relays share the shards evenly; what a dead one led is free at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import Error as DatabaseError
from django.db import connection, transaction

from backend.devstack import processes
from backend.outbox import shards
from tasks import shards as sharing

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


class Relay:
    """A share in a thread of its own, and so with a database session of its own."""

    def __init__(self):
        self.thread = ThreadPoolExecutor(1)
        self.share = sharing.Share()

    def look(self):
        return self.thread.submit(self.share.look).result(PATIENCE)

    def is_cut_off_soon(self, limit):
        """What the share has set its session, but shorter: from here on, whatever it took to get here."""

        def shorten():
            with connection.cursor() as cursor:
                cursor.execute(f"SHOW {limit}")
                assert cursor.fetchone() == (f"{sharing.FROZEN_MILLISECONDS}ms",)
                cursor.execute(f"SET {limit} = '50ms'")

        self.thread.submit(shorten).result(PATIENCE)

    def die(self):
        """As PostgreSQL sees it: the session is gone."""
        self.thread.submit(lambda: connection.close()).result(PATIENCE)

    def end(self):
        self.thread.submit(self.share.end).result(PATIENCE)
        self.thread.shutdown()


@pytest.fixture
def relays(monkeypatch):
    monkeypatch.setattr(sharing, "LOOK_EVERY_SECONDS", 0)
    started = [Relay() for _ in range(3)]
    yield started
    for relay in started:
        relay.end()


def sizes(relays):
    """How many shards each leads, once all have looked twice: given back first, then taken."""
    for _ in range(2):
        led = [relay.look() for relay in relays]
    assert len(frozenset().union(*led)) == sum(map(len, led))
    return [len(shards) for shards in led]


def takes_over(relay):
    """PostgreSQL takes a moment to see that a session is gone."""
    return processes.wait_until(lambda: relay.look() == shards.ALL, seconds=PATIENCE)


def test_one_relay_leads_all(relays):
    assert relays[0].look() == shards.ALL


def test_relays_that_come_get_a_fair_share(relays):
    assert sizes(relays[:1]) == [16]
    assert sizes(relays[:2]) == [8, 8]
    assert sorted(sizes(relays)) == [4, 6, 6]


def test_what_a_dead_relay_led_is_taken_over(relays):
    sizes(relays)

    relays[0].die()

    assert processes.wait_until(lambda: sizes(relays[1:]) == [8, 8], seconds=PATIENCE)


def test_a_relay_that_lost_its_session_begins_with_nothing(relays):
    sizes(relays[:2])
    relays[0].die()
    assert takes_over(relays[1])

    assert relays[0].look() == frozenset()
    assert sizes(relays[:2]) == [8, 8]


def test_a_relay_that_stands_still_is_cut_off(relays):
    frozen, other = relays[:2]
    frozen.look()
    frozen.is_cut_off_soon("idle_session_timeout")

    assert takes_over(other)
    with pytest.raises(DatabaseError):
        frozen.look()


def test_a_relay_that_stands_still_in_a_transaction_is_cut_off(relays):
    frozen, other = relays[:2]
    frozen.look()
    frozen.is_cut_off_soon("idle_in_transaction_session_timeout")
    frozen.thread.submit(freeze_in_a_transaction, goes_on := threading.Event())

    assert takes_over(other)
    goes_on.set()


def freeze_in_a_transaction(goes_on):
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")
        goes_on.wait(PATIENCE)
