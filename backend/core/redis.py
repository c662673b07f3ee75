"""This process's client of Redis: the bearer of news, never the truth, so nobody waits long for it."""

import time
from functools import cache
from typing import Any, cast

from django.conf import settings
from redis import ConnectionError as RedisAway
from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException
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
    """A pooled client that gives up within a second; callers decide what its RedisError means for them.

    Of a cluster, too: it takes the same commands, as long as each is about one key.
    """
    limits: dict[str, Any] = {"decode_responses": True, **settings.REDIS_PATIENCE}
    if settings.REDIS_CLUSTER:
        return cast("Redis", _cluster(limits))
    return Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **limits)


class _Cluster(RedisCluster):
    """Says that it is away as a single Redis does."""

    def execute_command(self, *words: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*words, **options)  # type: ignore[no-untyped-call]
        except RedisClusterException as error:
            raise RedisAway(str(error)) from error


def _cluster(limits: dict[str, Any]) -> RedisCluster:
    """Finds its nodes at once. Raises redis' ConnectionError when none answers."""
    try:
        return _Cluster.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 1), **limits)
    except RedisClusterException as error:
        raise RedisAway(str(error)) from error
