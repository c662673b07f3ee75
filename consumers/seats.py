"""How many sockets a user has open, over all processes: leases in Redis, since a process may just die."""

import asyncio
import logging
import time
from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.conf import settings
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from consumers.client import Client

log = logging.getLogger(__name__)
LEASE_SECONDS = 60
RENEW_SECONDS = 20.0

# One step for Redis: forget the dead, and sit down if there is room.
_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1] + ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


async def take(client: Client, *, open_here: int) -> bool:
    """Whether the client's user may have one more. With Redis away, `open_here` of this process decide."""
    if client.user_id is None:
        return True
    limit = settings.SOCKETS_PER_USER
    try:
        taken = await _redis().eval(_TAKE, 1, _key(client), time.time(), limit, LEASE_SECONDS, client.id)
    except (RedisError, OSError):
        return open_here <= limit
    return bool(taken)


async def leave(client: Client) -> None:
    """Free the client's seat; if Redis is away the lease runs out by itself."""
    if client.user_id is not None:
        try:
            await _redis().zrem(_key(client), client.id)
        except (RedisError, OSError) as error:
            log.info("a seat stays taken until its lease ends: %s", error)


async def renew(clients: Collection[Client]) -> None:
    """Keep the seats of the clients that are still here."""
    pipeline = _redis().pipeline(transaction=False)
    for client in clients:
        if client.user_id is not None:
            pipeline.zadd(_key(client), {client.id: time.time() + LEASE_SECONDS})
            pipeline.expire(_key(client), LEASE_SECONDS)
    try:
        await pipeline.execute()
    except (RedisError, OSError) as error:
        log.warning("seats not renewed: %s", error)


def _key(client: Client) -> str:
    user_id: UUID | None = client.user_id
    return f"sockets:{user_id}"


def _redis() -> Redis:
    return _client_of(asyncio.get_running_loop())


@cache
def _client_of(_: asyncio.AbstractEventLoop) -> Redis:
    """Connections belong to a loop."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=1,
        socket_connect_timeout=0.5,
        max_connections=20,
        retry=Retry(NoBackoff(), 0),
    )
