"""The live wire: each version goes out once, its history is whole or does not pretend to be."""

import asyncio

import pytest
from django.conf import settings
from redis.asyncio import Redis as AsyncRedis

from backend.core import redis
from backend.outbox import wire

PATIENCE = 30


def publish(topic, *versions, frame="{}"):
    """How many were new."""
    pipeline = redis.client().pipeline(transaction=False)
    wire.publish(pipeline, topic=topic, updates=[wire.Entry(version, frame) for version in versions])
    return pipeline.execute()[0]


def versions_since(topic, offset):
    found = wire.missed(topic, offset, redis.client().xrange(**wire.since(topic, offset)))
    return found and [entry.version for entry in found]


@pytest.mark.parametrize("head", ["42", "42 a1b2"], ids=["", "of the version before"])
def test_a_message_tells_version_and_frame(head):
    assert wire.read(head + '\n{"a":"\\n"}') == wire.Message(42, '{"a":"\\n"}')


@pytest.mark.parametrize("topic", ["order:7", "stock:MUG {A}}", "stock:Größe:1"])
def test_a_channel_tells_its_topic(topic):
    assert wire.topic_of(wire.channel(topic)) == topic


def test_a_repeat_is_not_published_again():
    with redis.client().pubsub(ignore_subscribe_messages=True) as ears:
        ears.subscribe(wire.channel("order:7"))
        ears.get_message(timeout=PATIENCE)

        assert publish("order:7", 4, 5, 5) == 2
        assert publish("order:7", 5, 4, 6) == 1
        heard = [wire.read(ears.get_message(timeout=PATIENCE)["data"]) for _ in range(3)]

    assert heard == [wire.Message(4, "{}"), wire.Message(5, "{}"), wire.Message(6, "{}")]
    assert ears.get_message(timeout=0.05) is None


def test_control_topics_keep_no_history():
    assert publish("user:7", 0, 0) == 2
    assert redis.client().keys("live:*") == []


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(8, None), (9, [10, 11, 12]), (10, [11, 12]), (12, []), (13, None)],
)
def test_a_stream_tells_what_was_missed_or_that_it_can_not(offset, expected):
    publish("order:7", 10, 11, 12)

    assert versions_since("order:7", offset) == expected


def test_nobody_is_led_over_a_hole():
    publish("order:7", 1, 2, 4)

    assert versions_since("order:7", 2) is None
    assert versions_since("order:7", 3) == [4]


def test_of_stock_the_newest_is_kept_and_tells_all():
    publish("stock:MUG", 1, 2, 9, frame='{"quantity":3}')

    assert redis.client().xlen(wire.log_key("stock:MUG")) == 1
    assert versions_since("stock:MUG", 2) == [9]
    assert versions_since("stock:MUG", 9) == []


def test_without_a_history_nothing_is_known():
    assert versions_since("order:7", 3) is None
    assert versions_since("stock:MUG", 3) is None


def test_a_history_is_bounded_in_length_bytes_and_time():
    publish("cart:1", *range(1, 251))
    publish("cart:2", *range(1, 20), frame="x" * (wire.MOST_BYTES // 5))

    assert redis.client().xlen(wire.log_key("cart:1")) == wire.MOST_ENTRIES
    assert redis.client().xlen(wire.log_key("cart:2")) == 5
    assert 590 < redis.client().ttl(wire.log_key("cart:1")) <= wire.LIFE_SECONDS


def test_the_cheap_look_is_empty_where_nothing_is_newer():
    publish("order:7", 1, 2, 3)

    assert redis.client().xrange(**wire.beyond("order:7", 3)) == []
    assert len(redis.client().xrange(**wire.beyond("order:7", 1))) == 1


def test_an_emptied_redis_has_a_new_epoch():
    def epoch():
        pipeline = redis.client().pipeline(transaction=False)
        wire.ask_epoch(pipeline)
        return pipeline.execute()[-1]

    first, again = epoch(), epoch()
    redis.client().flushall()

    assert first == again
    assert epoch() not in (first, "", "_")


def test_both_kinds_of_client_read_the_same():
    publish("order:7", 1, 2)

    async def ask():
        async with AsyncRedis.from_url(settings.REDIS_URL, decode_responses=True) as client:
            pipeline = client.pipeline(transaction=False)
            pipeline.xrange(**wire.since("order:7", 1))
            wire.ask_epoch(pipeline)
            return await pipeline.execute()

    history, _, epoch = asyncio.run(ask())

    assert wire.missed("order:7", 1, history) == [wire.Entry(2, "{}")]
    assert epoch == redis.client().get(wire.EPOCH)
