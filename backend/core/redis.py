"""This process's client of Redis: the bearer of news, never the truth, so nobody waits long for it."""

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


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
