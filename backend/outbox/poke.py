"""Wake the relay after a commit: best effort, since it also looks by itself every 100 ms."""

import logging

from redis import RedisError

from backend.core import redis

CHANNEL = "outbox:poke"

log = logging.getLogger(__name__)


def relay() -> None:
    """Publish a poke; with Redis away, leave it alone for a while so that no request waits for it."""
    if redis.is_resting():
        return
    try:
        redis.client().publish(CHANNEL, "")
    except RedisError as error:
        redis.rest()
        log.warning("relay not poked, it will look by itself: %s", error)
