"""Events on their way to the sockets: made into frames once, and published in order."""

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from backend.core import clock, redis
from backend.outbox import actions as outbox
from backend.outbox import wire


def frame(event: Any) -> str:
    """The event as clients get it (contract section 4), as JSON text."""
    head = {
        "type": "update",
        "topic": event.topic,
        "event": event.event,
        "version": event.version,
        "at": clock.text(event.at),
    }
    return f'{_json(head)[:-1]},"data":{_compact(event.text)}}}'


@lru_cache(16)
def _compact(text: str) -> str:
    """Without the spaces that PostgreSQL writes. An order's news and its feeds' say the same."""
    return _json(json.loads(text))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def publish(events: Sequence[Any]) -> int:
    """Publish the events' frames and keep them in their histories.

    Returns how many were new; the others are repeats of a relay that died before it could forget them.
    Raises RedisError; whatever was published by then is a repeat at the next try.
    """
    updates = defaultdict(list)
    for event in events:
        if event.topic != outbox.INTERNAL:
            updates[event.topic].append(wire.Entry(event.version, frame(event)))
    pipeline = redis.client().pipeline(transaction=False)
    for topic in updates:
        wire.publish(pipeline, topic=topic, updates=updates[topic])
    return sum(pipeline.execute())
