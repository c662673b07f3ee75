"""Numbering of feeds: entries become events with versions, one numberer a feed at a time (ADR 0002)."""

from collections.abc import Callable, Collection, Sequence
from itertools import batched

from django.db import connection, transaction

from backend.core import roundtrips, rows, transactions
from backend.core.statements import Statement
from backend.outbox import shards

TRIES = 20
TOPICS_AT_ONCE = 200
# A feed that is told for the first time begins at 0.
_OPEN = "INSERT INTO outbox_feed (topic, version) SELECT unnest(%(topics)s::text[]), 0 ON CONFLICT DO NOTHING"
_LOCK = "SELECT topic, version FROM outbox_feed WHERE topic = ANY(%(topics)s) ORDER BY topic FOR UPDATE"
# Entries of these feeds, which are locked, become events in the order of their ids.
_NUMBER = """
WITH feed AS (
    SELECT topic, shard, version FROM outbox_feed
      JOIN unnest(%(topics)s::text[], %(shards)s::int[]) AS given (topic, shard) USING (topic)
), taken AS (
    DELETE FROM outbox_feedentry WHERE topic = ANY(%(topics)s) RETURNING *
), numbered AS (
    SELECT taken.*, feed.shard,
           feed.version + row_number() OVER (PARTITION BY topic ORDER BY taken.id) AS version
      FROM taken JOIN feed USING (topic)
), told AS (
    INSERT INTO outbox_event (topic, shard, event, version, at, data)
    SELECT topic, shard, event, version, at, data FROM numbered ORDER BY id
), newest AS (
    SELECT topic, max(version) AS version FROM numbered GROUP BY topic
)
UPDATE outbox_feed AS feed SET version = newest.version FROM newest WHERE feed.topic = newest.topic
RETURNING feed.topic, feed.version
"""


def number_all(*, led: Collection[int] = shards.ALL) -> None:
    """Number what has been committed in these shards' feeds. Locks up to 200 feeds' rows at a time."""
    waiting = rows.fetch("SELECT DISTINCT topic FROM outbox_feedentry ORDER BY topic")
    topics = [topic for (topic,) in waiting if shards.of(topic) in led]
    for few in batched(topics, TOPICS_AT_ONCE):
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
    """Turn the feeds' entries into events; return their newest versions. Locks the feeds' rows in order.

    One round trip, and a transaction of its own if the caller has opened none.
    """
    given = {"topics": list(topics), "shards": [shards.of(topic) for topic in topics]}
    statements = [Statement(sql, given, is_planned_once=True) for sql in (_OPEN, _LOCK, _NUMBER)]
    _, versions, numbered = roundtrips.ask(*statements)
    return dict(versions) | dict(numbered)
