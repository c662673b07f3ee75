"""Numbering of feeds: entries become events with versions, one numberer a feed at a time (ADR 0002)."""

from collections.abc import Callable

from django.db import connection, transaction

from backend.core import transactions
from backend.outbox.models import Event, Feed, FeedEntry

TRIES = 20


def number_all() -> None:
    """Number what has been committed, feed by feed. Locks each feed's row in turn."""
    for topic in FeedEntry.objects.order_by("topic").values_list("topic", flat=True).distinct():
        with transaction.atomic():
            _number(topic)


def read[T](*, topic: str, read: Callable[[], T]) -> tuple[int, T]:
    """What `read` returns, and the version it holds up to: no event above is in it, none below is missing.

    Runs in a REPEATABLE READ transaction of its own with the feed's row locked; starts over when another
    numberer came first. Raises OperationalError when that happens twenty times.
    """

    def numbered() -> tuple[int, T]:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _number(topic), read()

    return transactions.again(numbered, tries=TRIES)


def _number(topic: str) -> int:
    """Turn the feed's entries into events and return its newest version. Locks the feed's row."""
    Feed.objects.bulk_create([Feed(topic=topic)], ignore_conflicts=True)
    feed = Feed.objects.select_for_update().get(topic=topic)
    entries = list(FeedEntry.objects.filter(topic=topic).order_by("id"))
    if entries:
        Event.objects.bulk_create(_as_event(entry, feed.version + n) for n, entry in enumerate(entries, 1))
        FeedEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
        feed.version += len(entries)
        feed.save(update_fields=["version"])
    return feed.version


def _as_event(entry: FeedEntry, version: int) -> Event:
    return Event(topic=entry.topic, event=entry.event, version=version, at=entry.at, data=entry.data)
