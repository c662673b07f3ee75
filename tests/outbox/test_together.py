"""Events that are published together are written where the block ends, in their order, or not at all."""

import pytest
from django.utils import timezone

from backend.outbox import actions as outbox
from backend.outbox.models import Event, FeedEntry

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def tell(topic, version):
    outbox.publish(topic=topic, event="e", version=version, data={"n": version}, now=NOW)


def told():
    return list(Event.objects.order_by("id").values_list("topic", "version"))


def test_one_statement_a_table_writes_them_all(django_assert_num_queries):
    with django_assert_num_queries(2), outbox.together():
        tell("cart:1", 4)
        outbox.publish_to_feeds(topics=["orders:1", "orders:all"], event="e", data={}, now=NOW)
        tell("order:1", 1)

    assert told() == [("cart:1", 4), ("order:1", 1)]
    assert list(FeedEntry.objects.order_by("id").values_list("topic", flat=True)) == [
        "orders:1",
        "orders:all",
    ]


def test_a_block_within_writes_with_the_one_around_it():
    with outbox.together():
        tell("cart:1", 1)
        with outbox.together():
            tell("stock:A", 7)
        assert told() == []

    assert told() == [("cart:1", 1), ("stock:A", 7)]


def test_nothing_is_told_of_what_failed():
    @outbox.together()
    def fail():
        tell("cart:1", 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    tell("cart:1", 2)
    assert told() == [("cart:1", 2)]
