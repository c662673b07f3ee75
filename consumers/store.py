"""Redis for the event loop: questions of the sockets that are no subscriptions."""

import asyncio
from functools import cache
from typing import Any

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.retry import Retry

from consumers import connections

AWAY = (RedisError, RedisClusterException, OSError)  # what `execute` raises when Redis does not answer


def pipeline() -> Any:
    """Commands that go out together, each on its own; gives up within a second.

    What it raises is AWAY. In a cluster it speaks to all of the nodes.
    """
    asked = client()
    return asked.pipeline() if isinstance(asked, RedisCluster) else asked.pipeline(transaction=False)


def client() -> Any:
    """This loop's client; it gives up within a second. What it raises is AWAY."""
    return _client_of(asyncio.get_running_loop())


@cache
def _client_of(_: asyncio.AbstractEventLoop) -> Redis | RedisCluster:
    """Connections belong to a loop."""
    given: dict[str, Any] = {
        "url": settings.REDIS_URL,
        "decode_responses": True,
        "max_connections": 20,
        **settings.REDIS_PATIENCE,
    }
    if settings.REDIS_CLUSTER:
        return RedisCluster.from_url(**given, retry=Retry(NoBackoff(), 1))
    # Whoever finds all of them busy waits: when thousands leave at once, each has a seat to free.
    given |= {"retry": Retry(NoBackoff(), 0), "connection_class": connections.Wary}
    given |= {"timeout": given["socket_timeout"]}
    return Redis.from_pool(BlockingConnectionPool.from_url(**given))
