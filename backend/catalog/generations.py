"""Which answers of the catalogue may still be served: those of the generation in use, and no others.

Every change names a new generation, by the relay. The one in use follows the newest, for all processes at the
same moment, but at most once in TURN_MILLISECONDS: a shop that sells something every few milliseconds has its
answers made once a turn and not once a sale. A process looks which one it is once in LOOK_SECONDS. Whoever
computes an answer has looked before it asks the database, so no answer is older than its generation.

The newest is trusted as far as the relays have signed (signs.py). Where they have not, the shop is slower and
not wrong: each generation lasts one turn.
"""

import logging
import threading
import time
import uuid

from django.conf import settings
from redis import RedisError

from backend.core import redis
from backend.outbox import shards

MADE_STALE_BY = {"stock.changed", "catalog.changed", "review.added", "account.renamed"}
# The relay takes a tenth of a second, and then come a turn and a look: well below the two seconds that the
# contract gives. If it dies, what it signed last is good for SIGNED_MILLISECONDS, and a look comes on top.
TURN_MILLISECONDS = 700
SIGNED_MILLISECONDS = 1200
LOOK_SECONDS = 0.25
# Braces put them into one slot of a cluster, for the scripts.
NEWEST = "{catalog}:newest"
IN_USE = "{catalog}:in-use"
SIGNED = "{catalog}:signed"

# KEYS: in use, newest, signed. ARGV: a fresh name, milliseconds of a turn and of a sign, how many shards are
# signed for, whether a copy is read. If the newest was evicted, nothing old is under the fresh name. One that
# has longer to go than a turn has it from a clock that was put back, and so has a sign of a time to come.
_LOOK = """
local name, turn = redis.call('GET', KEYS[1]), tonumber(ARGV[2])
if name and redis.call('PTTL', KEYS[1]) <= turn then return name end
local time, signs = redis.call('TIME'), redis.call('HVALS', KEYS[3])
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = #signs < tonumber(ARGV[4]) and 0 or now
for _, sign in ipairs(signs) do
    local told_at = tonumber(string.match(sign, '^%d+'))
    oldest = told_at > now and 0 or math.min(oldest, told_at)
end
redis.call('SET', KEYS[2], ARGV[1], 'NX')
name = redis.call('GET', KEYS[2])
local left = math.min(turn, oldest + ARGV[3] - now)
if left <= 0 or ARGV[5] == '1' then name, left = name .. '~' .. ARGV[1], turn end
redis.call('SET', KEYS[1], name, 'PX', left)
return name
"""

log = logging.getLogger(__name__)
_looking = threading.Lock()
_seen: tuple[str, float] = ("", 0.0)  # the one in use, and when this process began to look


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
    is_copy = int(settings.CATALOG_DATABASE != "default")
    times = (TURN_MILLISECONDS, SIGNED_MILLISECONDS)
    try:
        answer = redis.client().eval(_LOOK, 3, IN_USE, NEWEST, SIGNED, fresh, *times, shards.SHARDS, is_copy)
    except RedisError as error:
        log.warning("catalogue answered without its cache: %s", error)
        redis.rest()
        return None
    name = str(answer)
    _seen = (name, looked_at)
    return name
