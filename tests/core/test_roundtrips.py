"""Several statements are one round trip, and none is done later than anybody could tell."""

import threading
from contextlib import suppress

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.cart.models import Cart
from backend.core import roundtrips, rows
from backend.core.statements import Statement
from tests import trips
from tests.concurrency import rivals
from tests.core.acting import NOW, act, entry, topics

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent():
    """How many texts went to PostgreSQL, but for those around a transaction."""
    with CaptureQueriesContext(connection) as seen:
        yield lambda: len([query for query in seen if query["sql"] not in trips.AROUND])


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


def test_of_an_action_that_fails_nothing_is_sent(sent):
    def do():
        rows.insert([entry("a")])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        act(do)

    assert sent() == 0
    rows.insert([entry("b")])
    assert topics() == ["b"]


def test_what_is_lost_with_a_text_that_failed_is_missed():
    def do():
        rows.insert([entry("a")])
        with suppress(DataError):
            rows.fetch("SELECT %(it)s", it="\x00")

    with pytest.raises(RuntimeError, match="swallowed"):
        act(do)

    assert topics() == []


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
