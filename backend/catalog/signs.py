"""What the relays sign: by when each shard's changes were told, so that nothing from before them is served.

A relay that dies signs no more, and one that stands still signs for a time long gone: a sign carries Redis'
own time, as the relay heard it before it looked into the outbox. What was committed by then is told.

A relay that finds another sign than its last one names a new generation: Redis may have come back as it was
some time ago, without what was told since, or another relay led the shard.
"""

import math
import uuid
from collections.abc import Collection

from backend.catalog import generations
from backend.core import redis

EVERY_SECONDS = 0.2

# KEYS: signed, newest. ARGV: this relay's last sign, its next, whether answers are stale, shards. Returns
# Redis' time in milliseconds. What is signed begins with a time and names the generation, if it must be new.
_SIGN = """
local is_stale = ARGV[3] == '1'
for place = 4, #ARGV do
    is_stale = is_stale or redis.call('HGET', KEYS[1], ARGV[place]) ~= ARGV[1]
    redis.call('HSET', KEYS[1], ARGV[place], ARGV[2])
end
if is_stale then redis.call('SET', KEYS[2], ARGV[2]) end
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
"""


class Signs:
    """One relay's."""

    def __init__(self) -> None:
        self._last = ""
        self._told_at = 0  # by Redis' clock, as is:
        self._heard_at = 0
        self._given_at = -math.inf

    def give(self, *, led: Collection[int], is_stale: bool, is_all: bool, at: float) -> None:
        """After a look into the outbox: name a new generation if what was seen makes answers stale.

        Signs for these shards, five times a second at most unless it must name one. `is_all`: the look left
        nothing behind. `at` is on a steady clock. Raises RedisError.
        """
        if not led or (not is_stale and at < self._given_at + EVERY_SECONDS):
            return
        if is_all:
            self._told_at = self._heard_at
        sign = f"{self._told_at}-{uuid.uuid4().hex}"
        keys = (generations.SIGNED, generations.NEWEST)
        given: list[str | int] = [self._last, sign, int(is_stale), *led]
        self._heard_at = int(redis.client().eval(_SIGN, 2, *keys, *given))
        self._last, self._given_at = sign, at
