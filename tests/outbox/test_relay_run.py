"""The relay as it runs: two threads, of which neither waits for the other."""

import json
import threading
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.core import redis
from backend.devstack import valkey
from backend.outbox import actions, wire
from backend.outbox.models import Event, Feed, FeedEntry, Job
from tasks import sending
from tasks.app import app
from tests import live
from tests.outbox.running import PATIENCE_SECONDS, is_told, publish, running, waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def publish_to_feeds(event, *topics):
    with transaction.atomic():
        actions.publish_to_feeds(topics=topics, event=event, data={"id": "7"}, now=timezone.now())


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


def test_a_relay_whose_other_half_broke_ends(monkeypatch):
    def broken(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(sending, "run", broken)
    with running() as ended:
        assert isinstance(ended.exception(PATIENCE_SECONDS), ZeroDivisionError)
