"""Relays that share the work, who writes for them, and who hears it all."""

import threading
from collections import Counter, defaultdict
from itertools import cycle

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from backend.core import redis
from backend.devstack import processes
from backend.outbox import actions, wire
from backend.outbox.models import Event
from tests import live

TOPICS = [f"order:{number}" for number in range(48)]
PATIENCE_SECONDS = 30
HOLDERS = """
    SELECT pid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid
"""


class Ears:
    """Hears every topic; what it heard is kept by topic."""

    def __init__(self):
        self.heard = defaultdict(list)
        self._stop = threading.Event()
        self._pubsub = redis.client().pubsub(ignore_subscribe_messages=True)
        self._pubsub.psubscribe("live:*")
        self._pubsub.get_message(timeout=PATIENCE_SECONDS)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while not self._stop.is_set():
            if message := self._pubsub.get_message(timeout=0.05):
                version = wire.read(message["data"]).version
                self.heard[wire.topic_of(message["channel"])].append(version)

    def count(self):
        return sum(map(len, self.heard.values()))

    def close(self):
        self._stop.set()
        self._thread.join()
        self._pubsub.close()


class Writer:
    """Changes one order after the other, without end."""

    def __init__(self):
        self.versions = Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self):
        for topic in cycle(TOPICS):
            if self._stop.is_set():
                break
            with transaction.atomic():
                version = self.versions[topic] + 1
                actions.publish(
                    topic=topic, event="order.changed", version=version, data={}, now=timezone.now()
                )
            self.versions[topic] = version
            self._stop.wait(0.002)
        connection.close()

    def close(self):
        self._stop.set()
        self._thread.join()


def holders():
    with psycopg.connect(live.database_url()) as observer:
        return dict(observer.execute(HOLDERS, [0x5348_4F51]).fetchall())


def is_shared_fairly():
    sizes = holders().values()
    return len(sizes) == 3 and max(sizes) <= 6 and sum(sizes) == 16


def heard_all(ears, versions):
    return all(ears.heard[topic][-1:] == [versions[topic]] for topic in TOPICS)


def check(ears, versions):
    """Everything came, once, in order, and nothing is left."""
    caught_up = processes.wait_until(lambda: heard_all(ears, versions), seconds=PATIENCE_SECONDS)
    assert caught_up
    for topic in TOPICS:
        assert ears.heard[topic] == list(range(1, versions[topic] + 1))
    assert processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)
