"""What the relay has still to tell."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Min, Q

from backend.core import rows
from backend.outbox import shards
from backend.outbox.models import Event, Job

_OLDEST = """
SELECT id, topic, shard, event, version, at, data::text FROM outbox_event
 WHERE shard = ANY(%(led)s) AND id <> ALL(%(without)s::bigint[]) ORDER BY id LIMIT %(limit)s
"""


class Told(NamedTuple):
    """An event on its way; `text` is its data, as JSON that few have to read."""

    pk: int
    topic: str
    shard: int
    event: str
    version: int
    at: datetime
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """Read anew each time."""
        read: dict[str, Any] = json.loads(self.text)
        return read


def batch(
    *, limit: int, led: Collection[int] = shards.ALL, without: Collection[int] = frozenset()
) -> list[Told]:
    """The oldest events of these shards, in version order within each topic, but for those ids."""
    found = rows.fetch_by_key(_OLDEST, led=list(led), without=list(without), limit=limit)
    return [Told(*values) for values in found]


def backlog() -> int:
    """How many events wait."""
    return Event.objects.count()


def lag(*, now: datetime) -> timedelta:
    """How long the oldest event has been waiting for a relay; zero when none does."""
    oldest = Event.objects.aggregate(at=Min("at"))["at"]
    return max(now - oldest, timedelta()) if oldest else timedelta()


def jobs() -> dict[str, int]:
    """How many jobs are still owed (`waiting`), and how many staff must look at (`failed`)."""
    is_failed = Q(failed_at__isnull=False)
    return Job.objects.aggregate(waiting=Count("id", filter=~is_failed), failed=Count("id", filter=is_failed))


def clock() -> datetime:
    """The database's time, the same for every relay whatever its machine's clock says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        time: datetime = cursor.fetchone()[0]
    return time
