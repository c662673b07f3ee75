"""The relay as it runs: what it tells round after round, signs for, and counts."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import generations
from backend.core import redis
from backend.outbox import actions, counters, queries
from backend.outbox.models import Event, Job
from tasks import relay
from tasks.app import app
from tests.conftest import look_at_the_catalogue_anew
from tests.outbox.running import PATIENCE_SECONDS, is_told, publish, running, waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_stock_that_changes_fast_ends_with_its_newest_state(monkeypatch):
    monkeypatch.setattr(app, "send_task", lambda task, **_: None)
    with running():
        publish("stock:MUG", 1, event="stock.changed")
        assert waits_for(lambda: is_told("stock:MUG", 1))
        for version in range(2, 31):
            publish("stock:MUG", version, event="stock.changed")

        assert waits_for(lambda: is_told("stock:MUG", 30) and not Event.objects.exists())

    assert counters.read()["told"] + counters.read()["superseded"] == 30
    assert 2 <= counters.read()["told"] < 30


def test_a_pile_is_told_round_after_round_and_then_a_poke_is_waited_for(monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 5)
    monkeypatch.setattr(relay, "MANY", 5)
    monkeypatch.setattr(app, "send_task", lambda task, **_: None)
    left, wait = [], relay._wait
    monkeypatch.setattr(relay, "_wait", lambda *given: (left.append(Event.objects.count()), wait(*given)))
    for version in range(1, 24):
        publish("order:7", version)

    with running():
        assert waits_for(lambda: left)

    assert left[0] == 0


def signed_at():
    """The time up to which guests' answers are good, as the relay says (milliseconds)."""
    signs = redis.client().hvals(generations.SIGNED)
    return min((int(sign.partition("-")[0]) for sign in signs), default=0)


def in_use():
    """As a process sees it that looks for the first time, after a turn."""
    look_at_the_catalogue_anew()
    return generations.in_use()


def test_while_nothing_happens_guests_answers_stay_good(monkeypatch):
    monkeypatch.setattr(generations, "SIGNED_MILLISECONDS", 60_000)
    with running():
        assert waits_for(lambda: signed_at() > 0)
        names, began = [in_use()], signed_at()
        assert waits_for(lambda: names.append(in_use()) or signed_at() > began + 500)

    assert set(names) == {redis.client().get(generations.NEWEST)}


def test_while_it_waits_for_a_lock_guests_answers_last_one_turn(monkeypatch):
    monkeypatch.setattr(generations, "SIGNED_MILLISECONDS", 1200)
    with running():
        assert waits_for(lambda: in_use() == redis.client().get(generations.NEWEST))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE outbox_event IN ACCESS EXCLUSIVE MODE")

            assert waits_for(lambda: in_use() != redis.client().get(generations.NEWEST))
            assert in_use() != in_use()

        assert waits_for(lambda: in_use() == redis.client().get(generations.NEWEST))


def test_what_it_has_done_is_counted_for_all_to_see(monkeypatch):
    monkeypatch.setattr(app, "send_task", lambda task, **_: None)
    with running():
        publish("order:7")
        assert waits_for(lambda: not Event.objects.exists())

    sums = counters.read()
    assert (sums["told"], sums["repeated"], sums["superseded"], sums["batches"]) == (1, 0, 0, 1)
    assert 0 < sums["batch_seconds"] < PATIENCE_SECONDS
    assert 0 < sums["wait_seconds"] < PATIENCE_SECONDS


def test_jobs_are_due_by_the_databases_clock_not_this_machines(monkeypatch):
    def wrong():
        raise AssertionError("this machine's clock was asked")

    sent = []
    publish("order:7")
    monkeypatch.setattr(app, "send_task", lambda task, **_: sent.append(task))
    monkeypatch.setattr(timezone, "now", wrong)
    with running():
        assert waits_for(lambda: sent == ["jobs.run"])

    assert timedelta(0) < Job.objects.get().due_at - queries.clock() <= actions.RESEND_AFTER


def test_the_lag_is_the_age_of_the_oldest_event():
    assert queries.lag(now=queries.clock()) == timedelta()

    publish("order:7")
    publish("order:8")

    at = Event.objects.order_by("id")[0].at
    assert queries.lag(now=at + timedelta(seconds=3)) == timedelta(seconds=3)
