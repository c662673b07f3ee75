"""Numbering of feeds: entries become events with versions, one numberer a feed at a time (ADR 0002)."""

from collections.abc import Callable, Collection, Sequence
from itertools import batched

from django.db import connection, transaction

from backend.core import transactions
from backend.outbox import shards
from backend.outbox.models import Event, Feed, FeedEntry

TRIES = 20
TOPICS_AT_ONCE = 200
_TAKE = "DELETE FROM outbox_feedentry WHERE topic = ANY(%s) RETURNING *"


def number_all(*, led: Collection[int] = shards.ALL) -> None:
    """Number what has been committed in these shards' feeds. Locks up to 200 feeds' rows at a time."""
    waiting = FeedEntry.objects.order_by("topic").values_list("topic", flat=True).distinct()
    topics = [topic for topic in waiting if shards.of(topic) in led]
    for few in batched(topics, TOPICS_AT_ONCE):
        with transaction.atomic():
            _number(few)


def read[T](*, topic: str, read: Callable[[], T]) -> tuple[int, T]:
    """What `read` returns, and the version it holds up to: no event above is in it, none below is missing.

    Runs in a REPEATABLE READ transaction of its own with the feed's row locked; starts over when another
    numberer came first. Raises OperationalError when that happens twenty times.
    """

    def numbered() -> tuple[int, T]:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _number([topic])[topic], read()

    return transactions.again(numbered, tries=TRIES)


def _number(topics: Sequence[str]) -> dict[str, int]:
    """Turn the feeds' entries into events; return their newest versions. Locks the feeds' rows in order."""
    versions = _lock(topics)
    taken = FeedEntry.objects.raw(_TAKE, [list(topics)])
    if entries := sorted(taken, key=lambda entry: entry.pk):
        Event.objects.bulk_create([_as_event(entry, versions) for entry in entries])
        numbered = {entry.topic for entry in entries}
        Feed.objects.bulk_update(
            [Feed(topic=topic, version=versions[topic]) for topic in numbered], ["version"]
        )
    return versions


def _lock(topics: Sequence[str]) -> dict[str, int]:
    """The feeds' versions; a feed that is told for the first time begins at 0."""
    rows = Feed.objects.filter(topic__in=topics).order_by("topic").select_for_update()
    versions = {feed.topic: feed.version for feed in rows}
    if len(versions) < len(topics):
        Feed.objects.bulk_create([Feed(topic=topic) for topic in topics], ignore_conflicts=True)
        versions = {feed.topic: feed.version for feed in rows.all()}
    return versions


def _as_event(entry: FeedEntry, versions: dict[str, int]) -> Event:
    """The entry with its feed's next version, which is counted in `versions`."""
    versions[entry.topic] += 1
    return Event(
        topic=entry.topic,
        shard=shards.of(entry.topic),
        event=entry.event,
        version=versions[entry.topic],
        at=entry.at,
        data=entry.data,
    )
