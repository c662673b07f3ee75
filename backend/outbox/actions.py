"""Tell what happened, in the transaction in which it happens; the relay reads it from here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection, transaction

from backend.core import rows, transactions
from backend.core.statements import Statement
from backend.outbox import poke, shards
from backend.outbox.models import Event, FeedEntry, Job

INTERNAL = "internal"
# A message that was lost is sent again, in time for its job to be done within a minute, whatever else fails.
RESEND_AFTER = timedelta(seconds=20)
_TAKE_DUE = """
SET due_at = %(again_at)s
WHERE id = ANY(ARRAY(
    SELECT id FROM outbox_job
     WHERE due_at <= %(now)s AND failed_at IS NULL AND (task LIKE %(apart)s) = %(is_apart)s
     ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""

_gathered: ContextVar[list[Event | FeedEntry] | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is published in this block is written where it ends, in the same order, by one statement a table.

    Nothing is, when the block fails: it belongs inside the transaction that is undone then.
    """
    gathered: list[Event | FeedEntry] = []
    before = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(before)
    _tell(gathered)


def publish(*, topic: str, event: str, version: int, data: Mapping[str, Any], now: datetime) -> None:
    """Tell a change of a row with a version. The caller holds the row's lock, so versions rise by commit."""
    shard = shards.of(topic)
    _tell([Event(topic=topic, shard=shard, event=event, version=version, at=now, data=data)])


def publish_to_feeds(*, topics: Iterable[str], event: str, data: Mapping[str, Any], now: datetime) -> None:
    """Tell a change to feeds, which have no row of their own: numbered after the commit (ADR 0002)."""
    _tell([FeedEntry(topic=topic, event=event, at=now, data=data) for topic in topics])


def publish_internally(*, event: str, data: Mapping[str, Any], now: datetime) -> None:
    """Tell a fact that only tasks care for; no socket hears of it."""
    publish(topic=INTERNAL, event=event, version=0, data=data, now=now)


def delivered(*, events: Sequence[Any], jobs: Iterable[tuple[str, Mapping[str, Any]]], now: datetime) -> int:
    """Record the jobs that the events start, and forget the events: both or neither. Returns how many jobs.

    Does not wait for the disk. If PostgreSQL dies and forgets this, the events are told again.
    """
    owed = [Job(task=task, kwargs=kwargs, due_at=now, created_at=now) for task, kwargs in jobs]
    told = Statement("DELETE FROM outbox_event WHERE id = ANY(%(ids)s)", {"ids": [one.pk for one in events]})
    transactions.unhurried(*rows.insertion(owed), told)
    return len(owed)


def sweep() -> None:
    """Have PostgreSQL clear away what was deleted, which each look for the oldest passes over until then.

    Its own vacuum comes once a minute. Waits for nobody, and keeps nobody waiting. Not in a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (SKIP_LOCKED, TRUNCATE off) outbox_event, outbox_feedentry, outbox_job")


def due_jobs(*, now: datetime, limit: int, apart: str = "") -> list[Job]:
    """Take up to `limit` due jobs to send, those longest due; each is due again in 20 s unless it is done.

    And as many of those whose task is named like `apart`: however many they are, they are in nobody's way.

    Locks the rows it takes and skips those another relay holds. Does not wait for the disk: what PostgreSQL
    forgets is sent again.
    """
    which = {"now": now, "again_at": now + RESEND_AFTER, "limit": limit, "apart": apart}
    changes = [rows.changing(Job, _TAKE_DUE, is_apart=is_apart, **which) for is_apart in (False, True)]
    due = rows.read(*changes, ask=transactions.unhurried)
    return sorted(chain(*due), key=lambda job: job.pk)


def not_sent(*, jobs: Sequence[Job], now: datetime) -> None:
    """The broker did not take these: they are due again at once."""
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(due_at=now)


def _tell(told: Sequence[Event | FeedEntry]) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is published inside the transaction of its change, or not at all")
    gathered = _gathered.get()
    if gathered is None:
        _write(told)
    else:
        gathered.extend(told)


def _write(told: Sequence[Event | FeedEntry]) -> None:
    rows.insert([one for one in told if isinstance(one, Event)])
    rows.insert([one for one in told if isinstance(one, FeedEntry)])
    if told:
        poke.after_commit()
