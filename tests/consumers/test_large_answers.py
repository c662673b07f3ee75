"""Who comes back to much gets all of it: what was asked for is not what a slow client leaves waiting."""

import json

from backend.core import redis
from backend.outbox import wire
from consumers.backlog import MOST_BYTES
from tests import factories
from tests.consumers.test_orders import place

TOPICS = 6
FRAME_BYTES = 60 * 1024
MISSED = [2, 3, 4, 5]


def fill(topic):
    """A history as long as it may be."""
    for version in MISSED:
        frame = {"type": "update", "topic": topic, "version": version, "data": "x" * FRAME_BYTES}
        redis.client().xadd(wire.log_key(topic), {"f": json.dumps(frame)}, id=f"{version}-0")


def test_an_app_that_missed_much_on_many_topics_gets_it_all(apps, alice):
    assert TOPICS * len(MISSED) * FRAME_BYTES > MOST_BYTES
    topics = [f"order:{place(alice, factories.product(sku=f'S{n}')).pk}" for n in range(TOPICS)]
    for topic in topics:
        fill(topic)
    first = apps.open(alice)
    since = {"recover": True, "offset": 1, "epoch": first.subscribe(topics[0])["epoch"]}

    app = apps.open(alice)
    app.say(*({"id": 10 + n, "subscribe": {"channel": topic, **since}} for n, topic in enumerate(topics)))
    replies = app.hears(TOPICS)

    assert [reply["id"] for reply in replies] == list(range(10, 10 + TOPICS))
    for reply in replies:
        assert [publication["offset"] for publication in reply["subscribe"]["publications"]] == MISSED
