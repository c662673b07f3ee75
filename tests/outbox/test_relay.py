"""The relay hands events to sockets and tasks, in order, and forgets nothing that was not taken."""

import json
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import ConnectionError as RedisAway
from redis.exceptions import OutOfMemoryError

from backend.core import redis
from backend.outbox import actions, wire
from backend.outbox.models import Event, Job
from tasks import relay, subscriptions
from tasks.app import app

pytestmark = pytest.mark.django_db
PATIENCE = 30
AT = datetime(2026, 11, 23, 16, 0, 0, 123456, UTC)


def publish(topic, event="order.shipped", version=1, **data):
    with transaction.atomic():
        actions.publish(topic=topic, event=event, version=version, data={"id": "7", **data}, now=AT)


def no_send(jobs):
    """Takes the jobs as a broker would."""


def listen(*topics):
    pubsub = redis.client().pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(*(wire.channel(topic) for topic in topics))
    for _ in topics:
        pubsub.get_message(timeout=PATIENCE)
    return pubsub


def heard(pubsub):
    message = pubsub.get_message(timeout=PATIENCE)
    return message and message["data"]


def test_a_frame_is_the_contracts():
    publish("order:7", version=42, status="shipped")
    with listen("order:7") as ears:
        relay.step(now=timezone.now(), send=no_send)

        message = wire.read(heard(ears))

    assert message.version == 42
    assert json.loads(message.frame) == {
        "type": "update",
        "topic": "order:7",
        "event": "order.shipped",
        "version": 42,
        "at": "2026-11-23T16:00:00.123456Z",
        "data": {"id": "7", "status": "shipped"},
    }


def test_events_go_out_in_version_order_and_are_forgotten():
    for version in range(1, 6):
        publish("cart:1", event="cart.changed", version=version)
    with listen("cart:1") as ears:
        assert relay.step(now=timezone.now(), send=no_send) == 5
        versions = [wire.read(heard(ears)).version for _ in range(5)]

    assert versions == [1, 2, 3, 4, 5]
    assert not Event.objects.exists()


def test_what_a_full_redis_refused_comes_before_what_it_takes_later(monkeypatch):
    for version in range(1, 4):
        publish("order:7", version=version)
    queue = wire.publish

    def refused_at_first(pipeline, **updates):
        pipeline.config_set("maxmemory", 0 if len(pipeline) else 1)
        queue(pipeline, **updates)
        pipeline.config_set("maxmemory", 0)

    with monkeypatch.context() as full:
        full.setattr(wire, "publish", refused_at_first)
        with pytest.raises(OutOfMemoryError):
            relay.step(now=timezone.now(), send=no_send)
    with listen("order:7") as ears:
        relay.step(now=timezone.now(), send=no_send)
        told = [wire.read(heard(ears)).version for _ in range(3)]

    assert told == [1, 2, 3]


def test_internal_facts_reach_tasks_and_no_socket():
    with transaction.atomic():
        actions.publish_internally(event="alert.raised", data={"alert_id": "a"}, now=AT)
    pubsub = redis.client().pubsub(ignore_subscribe_messages=True)
    pubsub.psubscribe("live:*")
    pubsub.get_message(timeout=PATIENCE)
    sent = []

    relay.step(now=timezone.now(), send=sent.extend)

    assert [job.kwargs for job in sent] == [{"alert_id": "a"}]
    assert pubsub.get_message(timeout=0.05) is None
    pubsub.close()


def test_an_order_starts_its_tasks_once_however_many_feeds_repeat_it():
    for topic in ("order:7", "orders:1", "orders:all"):
        publish(topic)

    relay.step(now=timezone.now(), send=no_send)

    assert list(Job.objects.values_list("task", "kwargs")) == [("orders.mail_shipped", {"order_id": "7"})]


@pytest.mark.parametrize("word", ["eval", "pipeline.return_value.execute"])
def test_with_redis_away_nothing_is_forgotten(monkeypatch, word):
    publish("order:7")
    client = mock.Mock(**{"eval.return_value": 0, f"{word}.side_effect": RedisAway("away")})
    with monkeypatch.context() as broken:
        broken.setattr(redis, "client", lambda: client)
        with pytest.raises(RedisAway):
            relay.step(now=timezone.now(), send=no_send)

    assert Event.objects.count() == 1
    assert not Job.objects.exists()
    with listen("order:7") as ears:
        relay.step(now=timezone.now(), send=no_send)
        assert wire.read(heard(ears)).version == 1


def test_with_the_broker_away_jobs_stay_due():
    publish("order:7")

    def refuse(jobs):
        raise BrokerError("away")

    now = timezone.now()
    with pytest.raises(BrokerError):
        relay.step(now=now, send=refuse)

    assert [job.task for job in actions.due_jobs(now=now, limit=10)] == ["orders.mail_shipped"]


def test_killed_between_sending_and_forgetting_it_sends_once_and_carries_on(monkeypatch):
    publish("order:7")
    with listen("order:7") as ears:
        with monkeypatch.context() as killed:
            killed.setattr(actions, "delivered", mock.Mock(side_effect=SystemExit))
            with pytest.raises(SystemExit):
                relay.step(now=timezone.now(), send=no_send)
        publish("order:7", version=2)

        relay.step(now=timezone.now(), send=no_send)

        assert [wire.read(heard(ears)).version for _ in range(2)] == [1, 2]
        assert ears.get_message(timeout=0.05) is None
    assert Job.objects.count() == 2
    assert not Event.objects.exists()


def test_every_subscribed_task_exists():
    app.loader.import_default_modules()

    wanted = {task for tasks in subscriptions.TASKS.values() for task, _ in tasks}
    assert wanted <= set(app.tasks)
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
