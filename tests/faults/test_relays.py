"""Several relays share the work; whoever dies or stands still, each topic is told whole, in order, soon."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from itertools import cycle

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.core import redis
from backend.devstack import processes, tether
from backend.outbox import actions, wire
from backend.outbox.models import Event
from tests import live

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TOPICS = [f"order:{number}" for number in range(48)]
PATIENCE_SECONDS = 30
TAKEN_OVER_SECONDS = 5
HOLDERS = """
    SELECT pid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY pid
"""


class Ears:
    """Hears every topic; what it heard is kept by topic."""

    def __init__(self):
        self.heard = defaultdict(list)
        self.epochs = []
        self._stop = threading.Event()
        self._pubsub = redis.client().pubsub(ignore_subscribe_messages=True)
        self._pubsub.psubscribe("live:*")
        self._pubsub.get_message(timeout=2)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        while not self._stop.is_set():
            if message := self._pubsub.get_message(timeout=0.05):
                version, epoch, _ = wire.read(message["data"])
                self.heard[wire.topic_of(message["channel"])].append(version)
                self.epochs.append(epoch)

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


@pytest.fixture
def relays(tmp_path):
    """Three relay processes, each with its share."""
    environment = {**os.environ, "DATABASE_URL": live.database_url()}
    command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
    with (tmp_path / "relays.log").open("ab") as log:
        started = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for _ in range(3)]
    try:
        assert processes.wait_until(lambda: shares() == [4, 6, 6], seconds=PATIENCE_SECONDS), shares()
        yield started
    finally:
        for process in started:
            process.send_signal(signal.SIGCONT)
            processes.stop(process, first=signal.SIGTERM, grace=5)
    assert "Traceback" not in (tmp_path / "relays.log").read_text()


@pytest.fixture
def ears():
    listening = Ears()
    yield listening
    listening.close()


def holders():
    with psycopg.connect(live.database_url()) as observer:
        return dict(observer.execute(HOLDERS, [0x5348_4F51]).fetchall())


def shares():
    return sorted(holders().values())


def heard_all(ears, versions):
    return all(ears.heard[topic][-1:] == [versions[topic]] for topic in TOPICS)


def check(ears, versions):
    """Everything came, once, in order, and nothing is left."""
    caught_up = processes.wait_until(lambda: heard_all(ears, versions), seconds=PATIENCE_SECONDS)
    assert caught_up
    for topic in TOPICS:
        assert ears.heard[topic] == list(range(1, versions[topic] + 1))
    assert processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)


def hit(relays, ears, number):
    """Send the signal to a relay in the middle of its work; how long until every topic is told again."""
    writer = Writer()
    try:
        assert processes.wait_until(lambda: sum(writer.versions.values()) > 200, seconds=PATIENCE_SECONDS)
        relays[0].send_signal(number)
        at = time.monotonic()
        versions = dict(writer.versions)
        assert processes.wait_until(
            lambda: all(ears.heard[topic][-1] > versions[topic] for topic in TOPICS), seconds=PATIENCE_SECONDS
        )
        return time.monotonic() - at
    finally:
        writer.close()
        ears.versions = writer.versions


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_the_share_of_a_relay_that_is_gone_is_taken_over(relays, ears, number):
    seconds = hit(relays, ears, number)
    relays[0].send_signal(signal.SIGCONT)

    print(f"taken over in {seconds:.2f} s")
    assert seconds < TAKEN_OVER_SECONDS
    check(ears, ears.versions)


def test_an_emptied_redis_has_a_new_epoch_and_loses_nothing(relays, ears):
    writer = Writer()
    try:
        assert processes.wait_until(lambda: len(ears.epochs) > 200, seconds=PATIENCE_SECONDS)
        redis.client().flushall()
        seen = len(ears.epochs)
        assert processes.wait_until(lambda: len(ears.epochs) > seen + 200, seconds=PATIENCE_SECONDS)
    finally:
        writer.close()

    check(ears, writer.versions)
    assert ears.epochs[0] != ears.epochs[-1]
    assert len(set(ears.epochs)) == 2
