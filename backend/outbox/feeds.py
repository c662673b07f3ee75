"""Numbering of feeds: entries become events with versions, one numberer a feed at a time (ADR 0002)."""

from collections.abc import Callable, Collection, Sequence
from itertools import batched

from django.db import connection, transaction

from backend.core import roundtrips, rows, transactions
from backend.core.statements import Statement
from backend.outbox import shards

TRIES = 20
TOPICS_AT_ONCE = 200
# A feed that is told for the first time begins at 0. One that is there is left alone: to insert it would mean
# to wait for whoever is changing it.
_OPEN = """
INSERT INTO outbox_feed (topic, version)
SELECT topic, 0 FROM unnest(%(topics)s::text[]) AS given (topic)
 WHERE NOT EXISTS (SELECT FROM outbox_feed AS feed WHERE feed.topic = given.topic)
ON CONFLICT DO NOTHING
"""
_LOCK = "SELECT version FROM outbox_feed WHERE topic = %(topic)s FOR UPDATE"
# Of those feeds that nobody else holds, entries become events in the order of their ids.
_NUMBER = """
WITH feed AS (
    SELECT topic, shard, version FROM outbox_feed
      JOIN unnest(%(topics)s::text[], %(shards)s::int[]) AS given (topic, shard) USING (topic)
       FOR UPDATE OF outbox_feed SKIP LOCKED
), taken AS (
    DELETE FROM outbox_feedentry WHERE topic IN (SELECT topic FROM feed) RETURNING *
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
RETURNING feed.version
"""


def number_all(*, led: Collection[int] = shards.ALL) -> None:
    """Number what has been committed in these shards' feeds. Locks up to 200 feeds' rows at a time.

    Waits for nobody: a feed whose row another one holds keeps its entries until it is asked for again.
    """
    waiting = rows.fetch("SELECT DISTINCT topic FROM outbox_feedentry ORDER BY topic")
    topics = [topic for (topic,) in waiting if shards.of(topic) in led]
    for few in batched(topics, TOPICS_AT_ONCE):
        roundtrips.ask(_opening(few), _numbering(few))


def read[T](*, topic: str, read: Callable[[], T]) -> tuple[int, T]:
    """What `read` returns, and the version it holds up to: no event above is in it, none below is missing.

    Runs in a REPEATABLE READ transaction of its own with the feed's row locked; starts over when another
    numberer came first. Raises OperationalError when that happens twenty times.
    """

    def numbered() -> tuple[int, T]:
        # Not in the transaction: whoever opens the same feed meanwhile would wait for the end of that.
        roundtrips.ask(_opening([topic]))
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return _number(topic), read()

    return transactions.again(numbered, tries=TRIES)


def _number(topic: str) -> int:
    """Turn the feed's entries into events; return its newest version. Locks its row, waiting for it."""
    locked = Statement(_LOCK, {"topic": topic}, is_planned_once=True)
    before, numbered = roundtrips.ask(locked, _numbering([topic]))
    [[version]] = numbered or before
    return int(version)


def _opening(topics: Sequence[str]) -> Statement:
    return Statement(_OPEN, {"topics": list(topics)}, is_planned_once=True)


def _numbering(topics: Sequence[str]) -> Statement:
    given = {"topics": list(topics), "shards": [shards.of(topic) for topic in topics]}
    return Statement(_NUMBER, given, is_planned_once=True)
