"""What the relay has still to tell."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q

from backend.core import rows
from backend.outbox import shards
from backend.outbox.models import Event, Job


def batch(
    *, limit: int, led: Collection[int] = shards.ALL, without: Collection[int] = frozenset()
) -> list[Event]:
    """The oldest events of these shards, in version order within each topic, but for those ids."""
    which = "shard = ANY(%(led)s) AND id <> ALL(%(without)s::bigint[]) ORDER BY id LIMIT %(limit)s"
    return rows.select(Event, which, led=list(led), without=list(without), limit=limit)


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
