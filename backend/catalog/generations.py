"""Which answers of the catalogue may still be served: those of the generation in use, and no others.

Every change names a new generation, by the relay. The one in use follows the newest, for all processes at the
same moment, but at most once in TURN_MILLISECONDS: a shop that sells something every few milliseconds has its
answers made once a turn and not once a sale. A process looks which one it is once in LOOK_SECONDS. Whoever
computes an answer has looked before it asks the database, so no answer is older than its generation.
"""

import logging
import threading
import time
import uuid
from typing import Any

from django.conf import settings
from redis import RedisError

from backend.core import redis

MADE_STALE_BY = {"stock.changed", "catalog.changed", "review.added", "account.renamed"}
# The relay takes a tenth of a second, for stock (ADR 0011) up to 0.35: with these it stays well below the two
# seconds that the contract gives.
TURN_MILLISECONDS = 700
LOOK_SECONDS = 0.25
# Braces put them into one slot of a cluster, for the script.
NEWEST = "{catalog}:newest"
IN_USE = "{catalog}:in-use"

# KEYS: in use, newest. ARGV: a fresh name, milliseconds, an ending. If the newest was evicted, nothing old is
# under the fresh name. One in use that has longer to go than a turn has it from a clock that was put back.
_LOOK = """
local name = redis.call('GET', KEYS[1])
if name and redis.call('PTTL', KEYS[1]) <= tonumber(ARGV[2]) then return name end
redis.call('SET', KEYS[2], ARGV[1], 'NX')
name = redis.call('GET', KEYS[2]) .. ARGV[3]
redis.call('SET', KEYS[1], name, 'PX', ARGV[2])
return name
"""

log = logging.getLogger(__name__)
_looking = threading.Lock()
_seen: tuple[str, float] = ("", 0.0)  # the one in use, and when this process began to look


def forget(client: Any) -> None:
    """Name a new generation: what was kept before it is soon served no more. `client` may be a pipeline."""
    client.set(NEWEST, uuid.uuid4().hex)


def in_use() -> str | None:
    """The generation in use; None while Redis is away, for then nobody knows."""
    came_at = time.monotonic()
    name = _seen_by(came_at)
    if name is None:
        with _looking:  # one of the threads asks; who came before it did goes by what it hears
            name = _seen_by(came_at) or _look()
    return name


def _seen_by(came_at: float) -> str | None:
    """What was looked up last, if whoever came then may go by it."""
    name, looked_at = _seen
    return name if came_at < looked_at + LOOK_SECONDS else None


def _look() -> str | None:
    global _seen
    if redis.is_resting():
        return None
    looked_at, fresh = time.monotonic(), uuid.uuid4().hex
    # Nobody knows how far a replica is behind: what was read from it is good for one turn.
    ending = "" if settings.CATALOG_DATABASE == "default" else f"~{fresh}"
    try:
        name = str(redis.client().eval(_LOOK, 2, IN_USE, NEWEST, fresh, TURN_MILLISECONDS, ending))
    except RedisError as error:
        log.warning("catalogue answered without its cache: %s", error)
        redis.rest()
        return None
    _seen = (name, looked_at)
    return name
