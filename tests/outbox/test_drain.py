"""Ten thousand events that have piled up are told within seconds, in order."""

import time
from collections import defaultdict
from itertools import count

import pytest
from django.utils import timezone

from backend.core import redis
from backend.outbox import shards, wire
from backend.outbox.models import Event, FeedEntry
from tasks.relay import Telling

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MANY = 10_000
PATIENCE = 30
DATA = {"id": "7" * 36, "status": "shipped", "items": [{"sku": "MUG", "quantity": 2}] * 5}


@pytest.fixture
def ears():
    with redis.client().pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.psubscribe("live:*")
        pubsub.get_message(timeout=PATIENCE)
        yield pubsub


def heard(ears):
    """Versions by topic: of as many as were told, and of whatever comes in a moment more."""
    versions = defaultdict(list)
    while message := ears.get_message(timeout=PATIENCE if sum(map(len, versions.values())) < MANY else 0.2):
        versions[wire.topic_of(message["channel"])].append(wire.read(message["data"]).version)
    return versions


def drain(name):
    work, started = Telling(), time.perf_counter()
    while work.step(now=timezone.now(), at=time.monotonic(), led=shards.ALL):
        pass
    seconds = time.perf_counter() - started
    print(f"{name}: {MANY} in {seconds:.2f} s, {MANY / seconds:.0f} a second")
    return seconds


@pytest.mark.parametrize("topics", [1, 200])
def test_a_pile_of_events_is_told_in_seconds(ears, topics):
    names = [f"order:{number}" for number in range(topics)]
    versions = defaultdict(lambda: count(1))
    Event.objects.bulk_create(
        Event(
            topic=name, shard=shards.of(name), event="order.changed", data=DATA, at=timezone.now(), version=n
        )
        for name in (names * MANY)[:MANY]
        for n in [next(versions[name])]
    )

    assert drain(f"events of {topics} topics") < 15

    told = heard(ears)
    assert {name: told[name] for name in names} == {
        name: list(range(1, MANY // topics + 1)) for name in names
    }


def test_a_pile_of_feed_entries_is_told_in_seconds(ears):
    names = ["orders:all", *(f"orders:{number}" for number in range(MANY // 2))]
    FeedEntry.objects.bulk_create(
        FeedEntry(topic=name, event="order.created", data=DATA, at=timezone.now())
        for pair in zip(["orders:all"] * (MANY // 2), names[1:], strict=True)
        for name in pair
    )

    assert drain(f"entries of {len(names)} feeds") < 20

    told = heard(ears)
    assert told["orders:all"] == list(range(1, MANY // 2 + 1))
    assert all(told[name] == [1] for name in names[1:])
