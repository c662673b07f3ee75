"""Several statements are one round trip, and none is done later than anybody could tell."""

import re
import tempfile
import threading
from contextlib import contextmanager
from unittest.mock import ANY

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.pq import Trace

from backend.cart.models import Cart
from backend.core import roundtrips, rows, transactions
from backend.core.statements import Statement
from backend.outbox.models import FeedEntry
from tests import trips
from tests.concurrency import rivals

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
AGAIN = "ON CONFLICT (user_id) DO UPDATE SET version = 10 * excluded.version RETURNING version"


def entry(topic):
    return FeedEntry(topic=topic, event="e", at=NOW, data={"50 %s": "50 %"})


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


def topics():
    return list(FeedEntry.objects.order_by("id").values_list("topic", flat=True))


@pytest.fixture
def sent():
    """How many texts went to PostgreSQL, but for those around a transaction."""
    with CaptureQueriesContext(connection) as seen:
        yield lambda: len([query for query in seen if query["sql"] not in trips.AROUND])


@transactions.retried
def act(do):
    return do()


def test_each_of_several_has_its_answer(sent):
    asked = [Statement("SELECT %s, '50 %%'", [1]), Statement("SELECT 2 WHERE %(no)s", {"no": False})]

    assert roundtrips.ask(*asked, Statement("SELECT 'a;b'", ())) == [[(1, "50 %")], [], [("a;b",)]]
    assert sent() == 1


def test_what_has_no_answer_goes_with_the_next_that_has(sent):
    def do():
        rows.insert([entry("a")])
        rows.insert([entry("b")])
        return rows.fetch("SELECT topic FROM outbox_feedentry ORDER BY id")

    assert act(do) == [("a",), ("b",)]
    assert sent() == 1


def test_nobody_can_tell_that_it_waited(sent):
    def do():
        rows.insert([entry("a")])
        found = topics()
        rows.insert([entry("b")])
        return found

    assert act(do) == ["a"]
    assert sent() == 3
    assert topics() == ["a", "b"]


def test_what_belongs_to_a_savepoint_is_undone_with_it():
    def do():
        rows.insert([entry("before")])
        with transaction.atomic():
            rows.insert([entry("within")])
            transaction.set_rollback(True)
        rows.insert([entry("after")])

    act(do)

    assert topics() == ["before", "after"]


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


def test_of_an_action_that_fails_nothing_is_sent(sent):
    def do():
        rows.insert([entry("a")])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        act(do)

    assert sent() == 0
    rows.insert([entry("b")])
    assert topics() == ["b"]


def test_begin_and_commit_take_no_trip_of_their_own(settings):
    settings.DATABASE_PREPARES = False
    with on_the_wire() as messages:
        act(lambda: rows.fetch("SELECT 1") and rows.insert([entry("a")]))
        act(lambda: rows.insert([entry("b")]))

    ends = [(text.split(";\n")[0], text.split(";\n")[-1]) for text in messages]
    assert ends == [("BEGIN", "SELECT 1"), (ANY, "COMMIT"), ("BEGIN", "COMMIT")], messages
    assert topics() == ["a", "b"]


def test_outside_an_action_nothing_waits(sent):
    rows.insert([entry("a")])

    assert sent() == 1


def test_a_part_waits_with_the_whole(sent):
    act(lambda: act(lambda: rows.insert([entry("a")])) or rows.insert([entry("b")]))

    assert sent() == 1
    assert topics() == ["a", "b"]


def test_what_postgresql_does_not_take_is_an_error_as_ever(alice):
    with pytest.raises(DataError):
        roundtrips.ask(Statement("SELECT %s", ["\x00"]), Statement("SELECT 1", ()))
    with pytest.raises(IntegrityError):
        act(lambda: [rows.insert([Cart(user=alice, created_at=NOW, updated_at=NOW)]) for _ in range(2)])

    assert not Cart.objects.exists()


def test_what_is_read_behind_a_lock_is_as_the_lock_found_it(alice):
    """Each statement has a snapshot of its own, though they travel together."""
    Cart.objects.create(user=alice, created_at=NOW, updated_at=NOW)
    look = Statement("SELECT version FROM cart_cart", ())
    lock = Statement("SELECT version FROM cart_cart FOR UPDATE", ())
    with rivals.rival() as other:
        other.execute("UPDATE cart_cart SET version = 7")

        def commit():
            rivals.wait_until_waiting()
            other.commit()

        committing = threading.Thread(target=commit)
        committing.start()
        with transaction.atomic():
            assert roundtrips.ask(look, lock, look) == [[(1,)], [(7,)], [(7,)]]
        committing.join()


@pytest.mark.parametrize("is_planned_once", [True, False])
def test_a_plan_that_is_kept_makes_no_difference(settings, alice, is_planned_once):
    settings.DATABASE_PREPARES = is_planned_once
    wanted = [{"a": 50}, None, "%s %%"]

    for version in range(1, 4):
        cart = Cart(user=alice, version=version, created_at=NOW, updated_at=NOW)
        [(found,)] = rows.insert(
            [cart],
            otherwise="ON CONFLICT (user_id) DO UPDATE SET version = 10 * excluded.version RETURNING version",
        )
        rows.insert([FeedEntry(topic=f"100 %s {version}", event="e", at=NOW, data=wanted)])

    assert found == 30
    assert topics() == ["100 %s 1", "100 %s 2", "100 %s 3"]
    assert rows.select(FeedEntry, "topic LIKE '100 %%' AND topic = %(it)s", it="100 %s 2")[0].data == wanted


def prepared():
    return roundtrips.ask(Statement("SELECT count(*) FROM pg_prepared_statements"))[0][0][0]


def test_it_is_made_once_a_connection(settings):
    settings.DATABASE_PREPARES = True
    connection.close()

    for topic in "abc":
        rows.insert([entry(topic)])

    assert prepared() == 1
    connection.close()
    rows.insert([entry("d")])
    assert prepared() == 1


def test_a_text_that_failed_takes_no_plan_with_it(settings, alice):
    """What was prepared for it may be there or not; the next text does not rely on it."""
    settings.DATABASE_PREPARES = True
    cart = [Cart(user=alice, created_at=NOW, updated_at=NOW)]
    connection.close()
    with pytest.raises(DataError):
        act(lambda: roundtrips.ask(Statement("SELECT 1 / 0"), *rows.insertion(cart)))

    act(lambda: rows.insert(cart))

    assert Cart.objects.count() == 1
