"""A relay's share of the shards: led by whoever holds their advisory locks, spread evenly over the relays.

The locks are the database session's: whoever dies loses them with it, and one that stands still for a few
seconds is cut off by PostgreSQL. Needs a session of its own, so no pool that lends one session to many.
"""

import contextlib
import random
import time
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection

from backend.outbox import shards

# Any numbers, the same in every relay: one lock that all share and so can be counted by, one lock a shard.
PRESENT = 0x5348_4F50
LEAD = 0x5348_4F51
LOOK_EVERY_SECONDS = 0.5
# A relay looks ten times a second. One that does not is dead, or on a machine that is.
FROZEN_MILLISECONDS = 2500
IDLE = ("idle_session_timeout", "idle_in_transaction_session_timeout")
# Events are looked for by id, from the oldest on. PostgreSQL would rather read all of a small table, and of
# this one most is rows that are deleted.
BY_INDEX = {"enable_seqscan": "off", "enable_bitmapscan": "off"}
KEEPALIVE = {"tcp_keepalives_idle": 1, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3}
# pg_locks shows the whole server's: only those of this database matter.
_COUNT = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Share:
    """Belongs to one thread, whose database session holds the locks."""

    def __init__(self) -> None:
        self.led: frozenset[int] = frozenset()
        self._session: Any = None
        self._looked_at = 0.0

    def look(self) -> frozenset[int]:
        """The shards this relay leads by now, looked at twice a second. Raises the database's Error."""
        at = time.monotonic()
        if self._session is not connection.connection or self._session is None:
            self._begin()
        elif at - self._looked_at < LOOK_EVERY_SECONDS:
            return self.led
        self._looked_at = at
        fair = -(-shards.SHARDS // _ask(_COUNT, PRESENT))
        self._give_back(len(self.led) - fair)
        self._take(fair - len(self.led))
        return self.led

    def end(self) -> None:
        """Give all back at once, or lose it with the session."""
        self.led, self._session = frozenset(), None
        with contextlib.suppress(DatabaseError):
            _ask("SELECT pg_advisory_unlock_all()")
        connection.close()

    def _begin(self) -> None:
        """A new session: it holds nothing yet, and does not outlive this relay by much."""
        self.led = frozenset()
        limits = {**dict.fromkeys(IDLE, FROZEN_MILLISECONDS), **KEEPALIVE, **BY_INDEX}
        for name, limit in limits.items():
            _ask("SELECT set_config(%s, %s, false)", name, str(limit))
        _ask("SELECT pg_advisory_lock_shared(%s, 0)", PRESENT)
        self._session = connection.connection

    def _give_back(self, number: int) -> None:
        """What is too much, when another relay has come."""
        for shard in sorted(self.led)[: max(0, number)]:
            self.led -= {shard}
            _ask("SELECT pg_advisory_unlock(%s, %s)", LEAD, shard)

    def _take(self, number: int) -> None:
        """What is free, in any order, so that relays that start together don't all try the same."""
        for shard in random.sample(sorted(shards.ALL - self.led), shards.SHARDS - len(self.led)):
            if number > 0 and _ask("SELECT pg_try_advisory_lock(%s, %s)", LEAD, shard):
                self.led |= {shard}
                number -= 1


def _ask(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
