"""BEGIN and COMMIT travel with the statements around them, and mean what they always did."""

import re
import tempfile
from contextlib import contextmanager, suppress
from unittest.mock import ANY

import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    ProgrammingError,
    connection,
    transaction,
)
from psycopg import IsolationLevel
from psycopg.pq import Trace

from backend.core import roundtrips, rows
from backend.core.statements import Statement
from backend.outbox.models import FeedEntry
from tests.core.acting import act, entry, topics

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def on_the_wire():
    """What libpq itself says it sent, message by message."""
    connection.ensure_connection()
    messages, pgconn = [], connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as trace:
        pgconn.trace(trace.fileno())
        pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield messages
        pgconn.untrace()
        trace.seek(0)
        messages += re.findall(r'^F\t.*?"(.*?)"$', trace.read(), re.MULTILINE | re.DOTALL)


def test_begin_and_commit_take_no_trip_of_their_own(settings):
    settings.DATABASE_PREPARES = False
    with on_the_wire() as messages:
        act(lambda: rows.fetch("SELECT 1") and rows.insert([entry("a")]))
        act(lambda: rows.insert([entry("b")]))

    ends = [(text.split(";\n")[0], text.split(";\n")[-1]) for text in messages]
    assert ends == [("BEGIN", "SELECT 1"), (ANY, "COMMIT"), ("BEGIN", "COMMIT")], messages
    assert topics() == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        Statement("SELECT %s", ["\x00"]),
        Statement("SELECT %s", ["\ud800"]),
        Statement("SELECT %(it)s", {}),
        Statement("SELEC 1"),
    ],
    ids=["NUL", "half a character", "no value", "no SQL"],
)
def test_behind_a_first_text_that_never_was_nothing_commits_by_itself(text):
    """Neither BEGIN nor anything else of it was done; swallowing that must not help."""

    def do():
        with suppress(DataError, ProgrammingError, KeyError, UnicodeEncodeError):
            roundtrips.ask(text)
        with suppress(DatabaseError):
            entry("a").save()

    with pytest.raises(RuntimeError, match="swallowed"):
        act(do)

    assert topics() == []


def test_what_postgresql_refused_can_not_be_passed_over():
    """It would answer COMMIT by undoing all, and call that no error."""

    def do():
        rows.insert([entry("a")])
        with suppress(DataError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(RuntimeError, match="swallowed"):
        act(do)

    assert topics() == []


def test_a_session_that_wants_another_isolation_has_it():
    connection.ensure_connection()
    connection.connection.isolation_level = IsolationLevel.SERIALIZABLE
    try:
        assert act(lambda: rows.fetch("SHOW transaction_isolation")) == [("serializable",)]
    finally:
        connection.close()


def test_a_session_that_never_commits_by_itself_goes_on_so():
    transaction.set_autocommit(False)
    try:
        with transaction.atomic(savepoint=False):
            rows.fetch("SELECT 1")
        entry("a").save()
        transaction.rollback()
    finally:
        transaction.set_autocommit(True)

    assert topics() == []


def test_rows_may_be_read_and_locked_bit_by_bit():
    """What a cursor of the server's holds would outlive the transaction."""
    rows.insert([entry("a")])

    def do():
        rows.fetch("SELECT 1")
        return [one.topic for one in FeedEntry.objects.select_for_update().iterator()]

    assert act(do) == ["a"]


def test_what_waits_within_more_leaves_the_commit_to_the_whole():
    with transaction.atomic():
        act(lambda: rows.insert([entry("a")]))
        transaction.set_rollback(True)

    assert topics() == []


def test_what_hangs_on_the_commit_comes_behind_it():
    seen = []

    def do():
        transaction.on_commit(lambda: seen.append((connection.in_atomic_block, topics())))
        rows.insert([entry("a")])

    act(do)

    assert seen == [(False, ["a"])]


def test_a_commit_that_is_refused_undoes_the_whole_and_leaves_a_session_that_works():
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE outbox_feedentry ADD CONSTRAINT once UNIQUE (topic) DEFERRABLE INITIALLY DEFERRED"
        )
    try:
        with pytest.raises(IntegrityError):
            act(lambda: [rows.insert([entry("a")]) for _ in range(2)])
        assert topics() == []
        act(lambda: rows.insert([entry("a")]))
        assert topics() == ["a"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE outbox_feedentry DROP CONSTRAINT once")
