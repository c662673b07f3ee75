"""Wake the relay after a commit: best effort, since it also looks by itself every 100 ms."""

import logging
import time

from redis import RedisError

from backend.core import redis

CHANNEL = "outbox:poke"
PAUSE_SECONDS = 5.0

log = logging.getLogger(__name__)
_quiet_until = 0.0


def relay() -> None:
    """Publish a poke; with Redis away, leave it alone for a while so that no request waits for it."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        redis.client().publish(CHANNEL, "")
    except RedisError as error:
        _quiet_until = time.monotonic() + PAUSE_SECONDS
        log.warning("relay not poked, it will look by itself: %s", error)
