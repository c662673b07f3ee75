"""Several relays share the work; whoever dies or stands still, each topic is told whole, in order, soon."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from backend.core import redis
from backend.devstack import processes, tether, valkey
from backend.outbox import wire
from backend.outbox.models import Event
from tests import live
from tests.faults.crew import PATIENCE_SECONDS, TOPICS, Ears, Writer, check, holders, is_shared_fairly

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TAKEN_OVER_SECONDS = 5


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
