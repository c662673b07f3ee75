"""Feeds are numbered after the commit, without gaps, and a look at one says exactly how far it reaches."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.outbox import actions, feeds, shards
from backend.outbox.models import Event, FeedEntry

pytestmark = pytest.mark.django_db(transaction=True)


def tell(*names):
    with transaction.atomic():
        for name in names:
            actions.publish_to_feeds(topics=["orders:all"], event=name, data={}, now=timezone.now())


def test_entries_become_events_in_order_without_gaps():
    tell("a", "b")
    feeds.number_all()
    tell("c")
    feeds.number_all()

    numbered = Event.objects.order_by("id").values_list("event", "version")

    assert list(numbered) == [("a", 1), ("b", 2), ("c", 3)]
    assert not FeedEntry.objects.exists()


def test_a_look_numbers_what_it_sees_and_nothing_more():
    tell("a")
    version, seen = feeds.read(topic="orders:all", read=lambda: FeedEntry.objects.count())
    tell("b")

    assert (version, seen) == (1, 0)
    assert list(Event.objects.values_list("event", "version")) == [("a", 1)]


def test_what_commits_during_a_look_is_neither_in_it_nor_lost():
    tell("a")

    def elsewhere():
        tell("late")
        connection.close()

    def look():
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        return list(FeedEntry.objects.values_list("event", flat=True))

    assert feeds.read(topic="orders:all", read=look) == (1, [])
    feeds.number_all()
    assert list(Event.objects.order_by("id").values_list("event", "version")) == [("a", 1), ("late", 2)]


def test_events_are_refused_outside_a_transaction():
    with pytest.raises(RuntimeError):
        actions.publish_to_feeds(topics=["orders:all"], event="a", data={}, now=timezone.now())


def test_many_feeds_are_numbered_each_by_itself_in_few_queries(django_assert_max_num_queries):
    with transaction.atomic():
        for name in ("a", "b"):
            topics = [f"orders:{n}" for n in range(50)]
            actions.publish_to_feeds(topics=topics, event=name, data={}, now=timezone.now())

    with django_assert_max_num_queries(9):
        feeds.number_all()

    rows = Event.objects.order_by("id").values_list("topic", "event", "version")
    assert [row[1:] for row in rows if row[0] == "orders:7"] == [("a", 1), ("b", 2)]
    assert len(rows) == 100


def test_only_the_feeds_of_the_shards_one_leads_are_numbered():
    tell("a")
    others = shards.ALL - {shards.of("orders:all")}

    feeds.number_all(led=others)
    assert not Event.objects.exists()

    feeds.number_all(led={shards.of("orders:all")})
    assert Event.objects.get().shard == shards.of("orders:all")
