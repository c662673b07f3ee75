"""Wake the relay after a commit: best effort, since it also looks by itself every 100 ms."""

import logging

from django.db import connection, transaction
from redis import RedisError

from backend.core import redis

CHANNEL = "outbox:poke"

log = logging.getLogger(__name__)


def after_commit() -> None:
    """Poke once when the transaction commits, however many events it tells.

    A poke that was asked for in a savepoint and undone with it is asked for again by the next event.
    """
    if all(hook[1] is not relay for hook in connection.run_on_commit):
        transaction.on_commit(relay)


def relay() -> None:
    """Publish a poke; with Redis away, leave it alone for a while so that no request waits for it."""
    if redis.is_resting():
        return
    try:
        redis.client().publish(CHANNEL, "")
    except RedisError as error:
        redis.rest()
        log.warning("relay not poked, it will look by itself: %s", error)
