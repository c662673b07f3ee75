"""This process's client of Redis: the bearer of news, never the truth, so nobody waits long for it."""

import time
from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REST_SECONDS = 5.0
_rests_until = 0.0


def is_resting() -> bool:
    """Redis has just not answered: who can do without it does, so that not every request waits its second."""
    return time.monotonic() < _rests_until


def rest() -> None:
    """Redis does not answer: leave it alone for a while, everywhere in this process."""
    global _rests_until
    _rests_until = time.monotonic() + REST_SECONDS


@cache
def client() -> "Redis":
    """A pooled client that gives up within a second; callers decide what its RedisError means for them."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=1,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
    )
