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
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from backend.core import redis
from backend.devstack import processes, tether, valkey
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


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """A Redis of these tests' own, to be stopped."""
    with (
        valkey.start(folder=tmp_path_factory.mktemp("news")) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(settings, "REDIS_URL", server.url)
        redis.client.cache_clear()
        yield server
        redis.client().close()
    redis.client.cache_clear()


@pytest.fixture(scope="module")
def crew(news, django_db_setup, tmp_path_factory):
    """Relay processes; `relays` sees to it that they are three."""
    log = tmp_path_factory.mktemp("relays") / "relays.log"
    environment = {**os.environ, "DATABASE_URL": live.database_url(), "REDIS_URL": news.url}
    command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
    started = []

    def start():
        with log.open("ab") as out:
            started.append(subprocess.Popen(command, env=environment, stdout=out, stderr=out))

    yield started, start
    for process in started:
        processes.stop(process, first=signal.SIGTERM, grace=5)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def relays(crew, transactional_db):
    """Three relay processes, each with its share."""
    started, start = crew
    while len([process for process in started if process.poll() is None]) < 3:
        start()
    assert processes.wait_until(is_shared_fairly, seconds=PATIENCE_SECONDS), holders()
    return [process for process in started if process.poll() is None]


@pytest.fixture
def ears(news):
    listening = Ears()
    yield listening
    listening.close()


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


def hit(relays, ears, number):
    """Send the signal to a relay in the middle of its work; how long until every topic is told again."""
    writer = Writer()
    try:
        assert processes.wait_until(lambda: sum(writer.versions.values()) > 200, seconds=PATIENCE_SECONDS)
        relays[0].send_signal(number)
        at = time.monotonic()
        versions = dict(writer.versions)
        assert processes.wait_until(
            lambda: all(ears.heard[topic][-1:] > [versions[topic]] for topic in TOPICS),
            seconds=PATIENCE_SECONDS,
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


def test_when_redis_is_emptied_nothing_is_lost(relays, ears):
    writer = Writer()
    try:
        assert processes.wait_until(lambda: ears.count() > 200, seconds=PATIENCE_SECONDS)
        redis.client().flushall()
        seen = ears.count()
        assert processes.wait_until(lambda: ears.count() > seen + 200, seconds=PATIENCE_SECONDS)
    finally:
        writer.close()

    check(ears, writer.versions)


def test_a_redis_that_was_away_and_comes_back_empty_gets_all_that_happened_meanwhile(relays, news):
    writer = Writer()
    try:
        assert processes.wait_until(lambda: sum(writer.versions.values()) > 200, seconds=PATIENCE_SECONDS)
        news.stop()
        away = dict(writer.versions)
        assert processes.wait_until(
            lambda: all(writer.versions[topic] > away[topic] + 3 for topic in TOPICS),
            seconds=PATIENCE_SECONDS,
        )
        news.restart_empty()
    finally:
        writer.close()

    assert processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)
    for topic in TOPICS:
        kept = [entry.version for entry in wire.entries(redis.client().xrange(wire.log_key(topic)))]
        assert kept[0] <= away[topic] + 2  # one may have been told and not yet counted
        assert kept == list(range(kept[0], writer.versions[topic] + 1))
