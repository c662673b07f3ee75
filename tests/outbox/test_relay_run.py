"""The relay as it runs: two threads, of which neither waits for the other."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import generations
from backend.core import redis
from backend.devstack import processes, valkey
from backend.outbox import actions, counters, queries, wire
from backend.outbox.models import Event, Feed, FeedEntry, Job
from tasks import relay, sending
from tasks.app import app
from tests import live
from tests.conftest import look_at_the_catalogue_anew

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30


def publish(topic, version=1, event="order.shipped"):
    with transaction.atomic():
        actions.publish(topic=topic, event=event, version=version, data={"id": "7"}, now=timezone.now())


@contextmanager
def running():
    """A relay in a thread of this process."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(relay.run, stop=stop)
        try:
            yield ended
        finally:
            stop.set()
            ended.exception(PATIENCE_SECONDS)


def publish_to_feeds(event, *topics):
    with transaction.atomic():
        actions.publish_to_feeds(topics=topics, event=event, data={"id": "7"}, now=timezone.now())


def is_told(topic, version):
    return bool(redis.client().xrange(**wire.since(topic, version)))


@contextmanager
def listening(topic):
    """What comes of the topic: a version and its event each."""
    with redis.client().pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(wire.channel(topic))
        pubsub.get_message(timeout=2)

        def heard():
            while message := pubsub.get_message(timeout=0.05):
                told = wire.read(message["data"])
                yield told.version, json.loads(told.frame)["event"]

        yield heard


def waits_for(condition):
    return processes.wait_until(condition, seconds=PATIENCE_SECONDS)


def test_a_broker_that_hangs_keeps_no_news_from_the_sockets(monkeypatch):
    goes_on = threading.Event()
    sent = []

    def hang(task, **_):
        sent.append(task)
        goes_on.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(app, "send_task", hang)
    with running():
        publish("order:7")
        assert waits_for(lambda: sent == ["jobs.run"])
        publish("order:8")
        assert waits_for(lambda: is_told("order:8", 1))
        goes_on.set()


def test_a_feed_that_somebody_holds_keeps_no_other_news_back_and_comes_whole_when_it_is_let_go(monkeypatch):
    monkeypatch.setattr(app, "send_task", lambda task, **_: None)
    Feed.objects.create(topic="orders:all")
    with (
        psycopg.connect(live.database_url()) as holder,
        listening("orders:all") as heard,
        running(),
    ):
        holder.execute("SELECT FROM outbox_feed WHERE topic = 'orders:all' FOR UPDATE")
        for number, event in enumerate(("a", "b", "c"), 1):
            publish_to_feeds(event, "orders:all", "orders:7")
            publish("order:7", number)
            assert waits_for(lambda: is_told("orders:7", number) and is_told("order:7", number))  # noqa: B023
        assert list(heard()) == []

        holder.rollback()
        assert waits_for(lambda: is_told("orders:all", 3) and not Event.objects.exists())
        assert list(heard()) == [(1, "a"), (2, "b"), (3, "c")]

    assert not FeedEntry.objects.exists()


@pytest.fixture
def news(tmp_path, monkeypatch):
    """A Redis of the test's own, for news alone; the broker is another one."""
    with valkey.start(folder=tmp_path / "news") as server:
        monkeypatch.setattr(settings, "REDIS_URL", server.url)
        redis.client.cache_clear()
        yield server
        redis.client().close()
    redis.client.cache_clear()


def test_with_redis_away_jobs_are_sent_and_what_starts_more_of_them_waits(monkeypatch, news):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda task, *, kwargs, **_: sent.append(kwargs["job_ids"]))
    news.stop()
    job = Job.objects.create(task="payments.process_event", kwargs={"event_id": "evt_1"})
    with transaction.atomic():
        event = {"event": "stripe.event_received", "data": {"event_id": "evt_2"}}
        actions.publish_internally(**event, now=timezone.now())

    with running():
        assert waits_for(lambda: sent == [[job.pk]])
        assert Event.objects.exists()

        news.restart_empty()
        assert waits_for(lambda: len(sent) == 2)

    assert list(Job.objects.order_by("id").values_list("kwargs", flat=True)) == [
        {"event_id": "evt_1"},
        {"event_id": "evt_2"},
    ]
    assert not Event.objects.exists()


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


def test_a_relay_whose_other_half_broke_ends(monkeypatch):
    def broken(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(sending, "run", broken)
    with running() as ended:
        assert isinstance(ended.exception(PATIENCE_SECONDS), ZeroDivisionError)


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
