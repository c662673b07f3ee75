"""A transaction that lost a race for locks is run again, a bounded number of times, and counts once."""

import threading

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from backend.core import transactions
from backend.core.errors import Conflict
from backend.devstack import processes
from backend.inventory import actions as inventory
from backend.inventory.models import Stock
from tests import live
from tests.concurrency import rivals
from tests.core.taking import AS_BEFORE, lock, state, take

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20
TAKEN_ONCE = {
    "rows": {"A": 9, "B": 8},
    "versions": {"A": 2, "B": 2},
    "ledger": [("A", -1), ("A", 10), ("B", -2), ("B", 10)],
    "told": [("stock:A", 2), ("stock:B", 2)],
}


def test_the_victim_of_a_deadlock_is_run_again_and_counts_once(goods, other):
    connection.cursor().execute("SET deadlock_timeout = '50ms'")  # ours looks first, so ours is the victim
    tries: list[str] = []
    lock(other, "B")

    def cross() -> None:
        lock(other, "A")
        other.rollback()

    crossing = threading.Thread(target=cross)

    @transactions.retried
    def take_both() -> None:
        take({"A": 1}, tries)
        if len(tries) == 1:
            crossing.start()
            rivals.wait_until_waiting(other.info.backend_pid)
        take({"B": 2}, [])

    take_both()
    crossing.join(PATIENCE)
    connection.close()

    assert len(tries) == 2
    assert state() == TAKEN_ONCE


def test_a_lock_that_is_free_at_the_second_try_is_no_error(goods, other, impatient, monkeypatch):
    tries: list[str] = []
    lock(other, "B")
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: other.rollback())

    take({"A": 1, "B": 2}, tries)

    assert len(tries) == 2
    assert state() == TAKEN_ONCE


def test_a_lock_that_is_never_free_is_asked_for_three_times(goods, other, impatient):
    tries: list[str] = []
    lock(other, "B")

    with pytest.raises(OperationalError) as refused:
        take({"A": 1, "B": 2}, tries)

    assert isinstance(refused.value.__cause__, psycopg.errors.LockNotAvailable)
    assert len(tries) == 3
    assert state() == AS_BEFORE


def test_no_try_is_begun_when_time_is_up(goods, other, impatient, monkeypatch):
    tries: list[str] = []
    lock(other, "B")
    monkeypatch.setattr(transactions, "NO_MORE_AFTER_SECONDS", 0.01)

    with pytest.raises(OperationalError):
        take({"A": 1, "B": 2}, tries)

    assert len(tries) == 1


def test_a_snapshot_that_is_too_old_is_taken_again(goods, other):
    tries: list[str] = []

    @transactions.retried
    def count_again() -> None:
        tries.append("try")
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert Stock.objects.get(sku="A").on_hand == 10
        if len(tries) == 1:
            lock(other, "A")
            other.commit()
        inventory.adjust(sku="A", delta=1, note="", actor_id=None, now=timezone.now())

    count_again()

    assert len(tries) == 2
    assert Stock.objects.values_list("on_hand", "threshold").get(sku="A") == (11, 1)


def test_a_refusal_is_final():
    tries: list[str] = []

    @transactions.retried
    def refuse() -> None:
        tries.append("try")
        raise Conflict("no")

    with pytest.raises(Conflict):
        refuse()

    assert len(tries) == 1


def test_what_was_to_follow_a_lost_try_does_not_follow(goods, other, impatient, monkeypatch):
    followed: list[str] = []
    lock(other, "A")
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: other.rollback())

    @transactions.retried
    def act() -> None:
        transaction.on_commit(lambda: followed.append("once"))
        inventory.adjust(sku="A", delta=-1, note="", actor_id=None, now=timezone.now())

    act()

    assert followed == ["once"]


def runs(pid: int) -> bool:
    """Whether PostgreSQL still has that session."""
    with psycopg.connect(live.database_url(), autocommit=True) as looking:
        found = looking.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall()
    return bool(found)


def test_a_session_cut_off_for_standing_still_is_an_outage_and_no_bug(goods):
    """PostgreSQL tells it by an error of another kind than all other ends of a session."""
    cursor = connection.cursor()
    cursor.execute("SET idle_in_transaction_session_timeout = '50ms'")
    cursor.execute("SELECT pg_backend_pid()")
    pid = cursor.fetchone()[0]

    @transactions.retried
    def stand_still() -> None:
        inventory.adjust(sku="A", delta=-1, note="", actor_id=None, now=timezone.now())
        assert processes.wait_until(lambda: not runs(pid), seconds=PATIENCE)
        Stock.objects.get(sku="A")

    with pytest.raises(OperationalError):
        stand_still()

    assert state() == AS_BEFORE


def test_a_transaction_that_waits_for_one_lock_after_the_other_is_cut_off(goods, other):
    """Each lock alone would be waited for; together they take longer than a request may."""
    connection.cursor().execute("SET transaction_timeout = '100ms'")
    lock(other, "B")

    @transactions.retried
    def take_both() -> None:
        inventory.adjust(sku="A", delta=-1, note="", actor_id=None, now=timezone.now())
        inventory.adjust(sku="B", delta=-1, note="", actor_id=None, now=timezone.now())

    with pytest.raises(OperationalError):
        take_both()

    other.rollback()
    assert state() == AS_BEFORE
