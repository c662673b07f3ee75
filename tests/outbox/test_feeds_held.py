"""Who stands still with a feed's row locked keeps that feed's news back, and no other's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.devstack import processes
from backend.outbox import actions, feeds, shards
from backend.outbox.models import Event, Feed, FeedEntry
from tasks.relay import Telling
from tests import live

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 10
HELD, OTHER = "orders:all", "orders:7"


def tell(name, *topics):
    with transaction.atomic():
        actions.publish_to_feeds(topics=topics, event=name, data={}, now=timezone.now())


def numbered(topic):
    return list(Event.objects.filter(topic=topic).order_by("id").values_list("event", "version"))


@contextmanager
def locked(topic):
    """By a connection of its own."""
    with psycopg.connect(live.database_url()) as holder:
        holder.execute("SELECT FROM outbox_feed WHERE topic = %s FOR UPDATE", [topic])
        yield


@contextmanager
def looked_at(topic):
    """By somebody who looks at the feed, has numbered it, and stands still before the end."""
    has_numbered, goes_on = threading.Event(), threading.Event()

    def stand_still():
        has_numbered.set()
        assert goes_on.wait(PATIENCE_SECONDS)

    def look():
        try:
            return feeds.read(topic=topic, read=stand_still)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        reader = thread.submit(look)
        try:
            assert has_numbered.wait(PATIENCE_SECONDS)
            yield
        finally:
            goes_on.set()
            reader.result(PATIENCE_SECONDS)


@pytest.mark.parametrize("held", [locked, looked_at])
@pytest.mark.parametrize("is_new", [False, True], ids=["known", "new"])
def test_a_feed_that_is_held_keeps_no_other_back_and_loses_nothing(held, is_new):
    if not is_new:
        tell("a", HELD)
        feeds.number_all()
    elif held is locked:
        Feed.objects.create(topic=HELD)
    tell("b", HELD)

    with held(HELD):
        tell("c", HELD, OTHER)
        feeds.number_all()
        assert numbered(OTHER) == [("c", 1)]
        assert [entry.topic for entry in FeedEntry.objects.filter(event="c")] == [HELD]
        tell("d", HELD, OTHER)
        feeds.number_all()

    feeds.number_all()
    told = "bcd" if is_new else "abcd"
    assert numbered(HELD) == [(event, number) for number, event in enumerate(told, 1)]
    assert numbered(OTHER) == [("c", 1), ("d", 2)]
    assert not FeedEntry.objects.exists()


def test_a_held_feed_is_no_reason_to_look_again_at_once():
    Feed.objects.create(topic=HELD)
    tell("a", HELD)
    work = Telling()

    with locked(HELD):
        assert work.step(now=timezone.now(), at=0, led=shards.ALL) == 0

    assert work.step(now=timezone.now(), at=0, led=shards.ALL) == 1


def gated(gate):
    """The numbering, to wait between its look at the entries and its locks."""
    begins = "FROM outbox_feed\n"
    assert feeds._NUMBER.count(begins) == 1
    return feeds._NUMBER.replace(
        begins, f"FROM (SELECT pg_advisory_xact_lock({gate})) AS gate, outbox_feed\n"
    )


def waits_at(holder, gate):
    sql = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    return processes.wait_until(lambda: holder.execute(sql, [gate]).fetchone(), seconds=PATIENCE_SECONDS)


def number_elsewhere():
    try:
        feeds.number_all()
    finally:
        connection.close()


def test_two_numberers_that_looked_before_either_locked_number_each_entry_once(monkeypatch):
    tell("a", HELD)
    feeds.number_all()
    with (
        psycopg.connect(live.database_url(), autocommit=True) as gates,
        ThreadPoolExecutor(2) as threads,
    ):
        numberers = []
        for event, gate in (("b", 1001), ("c", 1002)):
            tell(event, HELD)
            gates.execute("SELECT pg_advisory_lock(%s)", [gate])
            monkeypatch.setattr(feeds, "_NUMBER", gated(gate))
            numberers.append(threads.submit(number_elsewhere))
            assert waits_at(gates, gate)
            monkeypatch.undo()
        tell("d", HELD)
        for gate, numberer in zip((1001, 1002), numberers, strict=True):
            gates.execute("SELECT pg_advisory_unlock(%s)", [gate])
            numberer.result(PATIENCE_SECONDS)
            if gate == 1001:
                assert numbered(HELD) == [("a", 1), ("b", 2)]

    assert numbered(HELD) == [("a", 1), ("b", 2), ("c", 3)]
    feeds.number_all()
    assert numbered(HELD) == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]
