"""Anonymous answers of the catalogue, kept in Redis under a generation that any change ends.

The generation is read before the database: who reads old data stores it under a generation that is over.
Nothing here is the truth, so without Redis the answer is just computed.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from redis import RedisError

from backend.core import redis

GENERATION = "catalog:generation"
SETTLING = "catalog:settling"
MADE_STALE_BY = {"stock.changed", "catalog.changed", "review.added", "account.renamed"}
CATEGORIES_SECONDS = 3600
PRODUCTS_SECONDS = 300
REPLICA_LAG_MILLISECONDS = 1500

log = logging.getLogger(__name__)


def forget(client: Any) -> None:
    """End the generation: what was cached under it is never served again. `client` may be a pipeline."""
    if settings.CATALOG_DATABASE != "default":  # a replica may still show what was before the change
        client.set(SETTLING, "1", px=REPLICA_LAG_MILLISECONDS)
    client.set(GENERATION, uuid.uuid4().hex)


def answer(*, address: str, seconds: int, compute: Callable[[], str]) -> str:
    """The JSON text kept for this address (scheme, host and query included), else computed and kept."""
    place = None
    try:
        place = None if redis.is_resting() else _place(address)
        kept = redis.client().get(place) if place else None
        if kept is not None:
            return str(kept)
    except RedisError as error:
        log.warning("catalogue answered without its cache: %s", error)
        redis.rest()
        place = None
    fresh = compute()
    if place is not None:
        _keep(place, fresh, seconds)
    return fresh


def _place(address: str) -> str | None:
    """Where the answer is kept in today's generation; None while a replica catches up."""
    client = redis.client()
    if client.exists(SETTLING):
        return None
    if not client.exists(GENERATION):  # evicted: a new name, under which nothing old can be
        client.set(GENERATION, uuid.uuid4().hex, nx=True)
    generation = client.get(GENERATION)
    return f"catalog:{generation!s}:{hashlib.sha256(address.encode()).hexdigest()}" if generation else None


def _keep(place: str, text: str, seconds: int) -> None:
    try:
        redis.client().set(place, text, ex=seconds)
    except RedisError as error:
        log.warning("catalogue answer not kept: %s", error)
        redis.rest()
