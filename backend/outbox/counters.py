"""What the relays have done, counted over all of them in one Redis hash (`live:relay`) for whoever shows it.

Fields, all of them sums: `told` (events published), `repeated` (told before by a relay that died),
`superseded` (left out for a newer one), `batches`, `batch_seconds` (time spent on them), `wait_seconds`
(between an event and its telling). How long the oldest waits right now is `queries.lag`. An emptied Redis
counts anew.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from backend.core import redis

KEY = "live:relay"


def add(sums: Mapping[str, float]) -> None:
    """Count these too. Raises RedisError."""
    pipeline = redis.client().pipeline(transaction=False)
    for name, number in sums.items():
        pipeline.hincrbyfloat(KEY, name, number)
    pipeline.execute()


def read() -> Counter[str]:
    """The sums so far. Raises RedisError."""
    held: Any = redis.client().hgetall(KEY)
    return Counter({name: float(number) for name, number in held.items()})
