"""How often somebody may ask: exact under parallel requests, counted in Redis by the `limits` library."""

import logging
import math
import re
import time
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisClusterStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError
from redis.exceptions import RedisClusterException

from backend.core import redis
from backend.core.errors import Denied

log = logging.getLogger(__name__)
UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


class Throttled(Denied):
    """Too many requests."""

    code = "throttled"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Request throttled. Retry after {seconds} seconds.")
        self.extra = {"retry_after": seconds}


def count(*, scope: str, who: str) -> None:
    """Count one request of `who` against the scope's limit. Raises Throttled when it is used up.

    With Redis away each process counts for itself, so that a fault opens no door to guessing passwords.
    """
    rate = settings.THROTTLES[scope]
    if rate == "off":
        return None
    item = limit(rate)
    if redis.is_resting():
        return _hit(_own(), item, scope, who)
    try:
        return _hit(_shared(), item, scope, who)
    except (RedisError, RedisClusterException, StorageError) as error:
        log.warning("throttles counted in this process only: %s", error)
        redis.rest()
        return _hit(_own(), item, scope, who)


@cache
def limit(rate: str) -> RateLimitItem:
    """`5/15m` as the library's item. Raises ValueError for another form."""
    match = re.fullmatch(r"(\d+)/(\d*)([smhd])", rate)
    if not match:
        raise ValueError(f"a rate reads 5/15m, 3/h or off, not {rate!r}")
    number, span, unit = match.groups()
    return parse(f"{number} per {span or 1} {UNITS[unit]}")


def _hit(limiter: MovingWindowRateLimiter, item: RateLimitItem, scope: str, who: str) -> None:
    if not limiter.hit(item, scope, who):
        reset_at = limiter.get_window_stats(item, scope, who).reset_time
        raise Throttled(max(1, math.ceil(reset_at - time.time())))


@cache
def _shared() -> MovingWindowRateLimiter:
    patience: dict[str, Any] = {**settings.REDIS_PATIENCE, "wrap_exceptions": True}
    if not settings.REDIS_CLUSTER:
        return MovingWindowRateLimiter(RedisStorage(settings.REDIS_URL, **patience))
    address = urlsplit(settings.REDIS_URL)
    return MovingWindowRateLimiter(
        RedisClusterStorage(f"redis+cluster://{address.netloc}", ssl=address.scheme == "rediss", **patience)
    )


@cache
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())
