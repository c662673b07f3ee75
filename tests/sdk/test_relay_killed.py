"""kill -9 of a relay after it has published and before it could commit that: the next one tells it all again.

The commit is made to wait for a lock of the test's own, so that it is this very moment that is hit.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import psycopg
import pytest

from backend.core import redis
from backend.devstack import processes, tether
from backend.outbox import shards, wire
from backend.outbox.models import Event
from tasks.shards import LEAD
from tests import factories, live
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.sdk.programs import COMMANDS, Program
from tests.wire import oracle
from tests.wire.follower import Follower

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 30
LEADS = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
BLOCKED = """
    SELECT 1 FROM pg_stat_activity
     WHERE %s = ANY(pg_blocking_pids(pid)) AND query LIKE '%%DELETE FROM outbox_event%%'
"""


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start_relay(transactional_db, opened, tmp_path):
    def start():
        environment = {**os.environ, "DATABASE_URL": live.database_url()}
        command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
        with (tmp_path / "relay.log").open("ab") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        opened.callback(processes.stop, process, first=signal.SIGTERM, grace=5)
        return process

    return start


@pytest.fixture
def change(alice, start_relay, blocked):
    """Change alice's cart three times, and let a relay tell of it that can't forget what it told.

    The relay is there before, but stands still: sockets wait only seconds for what the database has and
    Redis has not.
    """
    session, is_somebody_waiting = blocked

    def run(mug):
        relay = start_relay()
        assert processes.wait_until(leads_all, seconds=PATIENCE_SECONDS)
        relay.send_signal(signal.SIGSTOP)
        for _ in range(3):
            add(alice, mug)
        session.execute("SELECT 1 FROM outbox_event FOR UPDATE")
        relay.send_signal(signal.SIGCONT)
        assert processes.wait_until(is_somebody_waiting, seconds=PATIENCE_SECONDS)
        return relay

    return run


def leads_all():
    with psycopg.connect(live.database_url()) as observer:
        return observer.execute(LEADS, [LEAD]).fetchone() == (shards.SHARDS,)


@pytest.fixture
def blocked(transactional_db):
    """A session to lock the outbox with, and whether somebody who wants to delete waits for it."""
    with (
        psycopg.connect(live.database_url()) as session,
        psycopg.connect(live.database_url(), autocommit=True) as observer,
    ):
        yield session, lambda: observer.execute(BLOCKED, [session.info.backend_pid]).fetchall()


@pytest.fixture
def listeners(web, opened, alice, as_alice):
    """Both published clients, in both forms, and a plain socket at alice's cart, which is at version 1."""
    apps = [opened.enter_context(Program(language)) for language in COMMANDS]
    for app in apps:
        app.connect(web.port, as_alice.token)
        app.subscribe(cart_topic(alice))
    plain = opened.enter_context(Follower(web.port, "cart/", as_alice.token))
    assert processes.wait_until(lambda: plain.newest, seconds=PATIENCE_SECONDS)
    return apps, plain


@pytest.fixture
def carried(alice):
    """The versions of alice's cart that Redis has carried so far, repeats too."""
    said = []
    with redis.client().pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(wire.channel(cart_topic(alice)))
        pubsub.get_message(timeout=PATIENCE_SECONDS)

        def versions():
            while message := pubsub.get_message(timeout=0.1):
                said.append(wire.read(message["data"]).version)
            return said

        yield versions


def heard(listeners):
    """Versions, by each."""
    apps, plain = listeners
    return [
        *([one.version for one in oracle.by_sdk(app.events)] for app in apps),
        *([frame["version"] for frame in frames] for frames in plain.sockets),
    ]


def all_heard(listeners, versions):
    apps, _ = listeners
    everybody = [versions] * (len(apps) + 1)
    return processes.wait_until(lambda: heard(listeners) == everybody, seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize("is_log_there", [True, False], ids=["log", "no-log"])
def test_what_is_published_again_is_heard_once(
    listeners, alice, start_relay, change, blocked, carried, is_log_there
):
    mug = factories.product(sku="MUG")
    session, is_somebody_waiting = blocked
    first = change(mug)
    assert all_heard(listeners, [1, 2, 3, 4]), heard(listeners)
    first.kill()
    assert processes.wait_until(lambda: not is_somebody_waiting(), seconds=PATIENCE_SECONDS)
    session.rollback()
    assert list(Event.objects.order_by("id").values_list("version", flat=True)) == [2, 3, 4]
    if not is_log_there:
        redis.client().delete(wire.log_key(cart_topic(alice)))

    start_relay()
    assert processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)
    add(alice, mug)

    assert all_heard(listeners, [1, 2, 3, 4, 5]), heard(listeners)
    assert carried() == ([2, 3, 4, 5] if is_log_there else [2, 3, 4, 2, 3, 4, 5])
