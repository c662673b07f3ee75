"""The shop over a Redis Cluster: throttles, kept answers, seats, and whole processes."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from api import throttles
from backend.cart.models import Cart
from backend.catalog import cache, generations
from backend.catalog.answers import Answer, Answers
from backend.config import health
from backend.core import redis
from backend.devstack import ports, processes, tether
from backend.inventory import actions as inventory
from backend.outbox.models import Event
from consumers import seats, store
from tests import cluster, factories, live
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change
from tests.consumers.apps import Apps
from tests.consumers.conftest import start_web
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_holes import unheard
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_cluster import PATIENCE_SECONDS
from tests.consumers.test_seats import a_client
from tests.sdk.test_relay_killed import leads_all

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clustered")]


def test_whoever_asks_too_often_is_throttled(monkeypatch):
    monkeypatch.setattr(settings, "THROTTLES", {"anon": "3/m"})
    throttles._shared.cache_clear()

    for who in ("one", "two", "three", "four"):
        for _ in range(3):
            throttles.count(scope="anon", who=who)
        with pytest.raises(throttles.Throttled):
            throttles.count(scope="anon", who=who)

    assert not redis.is_resting()
    throttles._shared.cache_clear()


def test_the_catalogue_keeps_its_answers(monkeypatch):
    look_at_the_catalogue_anew()
    made = iter(["first", "second"])

    for _ in range(2):  # as two processes would that were asked for it before
        monkeypatch.setattr(cache, "_memory", Answers(most_bytes=10_000))
        cache._memory.keep("/a", Answer.of("old"), generation="over", until=0.0)
        assert cache.answer(address="/a", seconds=60, compute=made.__next__).body == b"first"


def test_relays_sign_for_the_catalogue():
    tell_of_a_change()
    look_at_the_catalogue_anew()

    assert generations.in_use() == redis.client().get(generations.NEWEST)


async def test_seats_are_counted_and_renewed():
    users, store_client = [uuid4() for _ in range(4)], store.client()
    await seats.show_life()
    clients = [a_client(user_id) for user_id in users for _ in range(2)]
    assert [await seats.take(client, open_here=1) for client in clients] == [True] * 8
    for user_id in users:
        redis.client().expire(f"sockets:{user_id}", 5)

    await seats.renew(clients)
    await store_client.aclose()

    for user_id in users:
        assert redis.client().zcard(f"sockets:{user_id}") == 2
        assert 55 < redis.client().ttl(f"sockets:{user_id}") <= 60


def test_the_process_says_that_redis_answers():
    assert health._redis_answers()


@pytest.fixture
def processes_of_a_cluster(nodes, transactional_db, tmp_path):
    """A web process and a relay; the port of the first."""
    log, port = tmp_path / "processes.log", ports.find_free()
    environment = {"REDIS_CLUSTER": "1", "REDIS_URL": nodes[0].url, "CELERY_BROKER_URL": "memory://"}
    started = [start_web(port=port, log=log, **environment)]
    command = tether.command(sys.executable, "manage.py", "relay", signal=signal.SIGKILL)
    settings = {**os.environ, **environment, "DATABASE_URL": live.database_url()}
    with log.open("ab") as out:
        started.append(subprocess.Popen(command, env=settings, stdout=out, stderr=out))
    assert processes.wait_until(leads_all, seconds=30), log.read_text()
    yield port
    for process in started:
        processes.stop(process, first=signal.SIGTERM, grace=8)
    assert "Traceback" not in log.read_text(), log.read_text()


def cut(nodes):
    """Break the process's links to all of the nodes; how many there were."""
    with cluster.clients_of(nodes) as clients:
        return sum(client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") for client in clients)


def test_an_app_is_told_by_a_relay_and_recovers_over_a_cluster(nodes, processes_of_a_cluster, alice):
    mug, topic = factories.product(sku="MUG", quantity=100), cart_topic(alice)
    with ExitStack() as opened:
        apps = Apps(processes_of_a_cluster, opened)
        here, leaver = apps.open(alice), apps.open(alice)
        here.subscribe(topic)
        left = leaver.subscribe(topic)
        add(alice, mug)
        assert [app.pub(topic)[0] for app in (here, leaver)] == [2, 2]

        leaver.close()
        unheard(topic, 3)
        Cart.objects.update(version=3)
        assert cut(nodes) > 0
        assert here.pub(topic)[0] == 3
        for version in (4, 5):
            cut(nodes)
            add(alice, mug)
            assert here.pub(topic)[0] == version

        back = apps.open(alice)
        position = {"recover": True, "epoch": left["epoch"], "offset": 2}
        reply = back.subscribe(topic, **position)
        add(alice, mug)
        assert (reply["recovered"], [one["offset"] for one in reply["publications"]]) == (True, [3, 4, 5])
        assert [app.pub(topic)[0] for app in (here, back)] == [6, 6]
    settled = processes.wait_until(lambda: not Event.objects.exists(), seconds=PATIENCE_SECONDS)
    assert settled


def test_a_whole_process_serves_sockets_over_a_cluster(nodes, alice, transactional_db, tmp_path, tell):
    mug = factories.product(sku="MUG", quantity=100)
    port = ports.find_free()
    environment = {"REDIS_CLUSTER": "1", "REDIS_URL": nodes[0].url, "CELERY_BROKER_URL": "memory://"}
    process = start_web(port=port, log=tmp_path / "web.log", **environment)
    try:
        with ExitStack() as opened:
            shop = Shop(port, opened)
            cart, stock = shop.listen("cart/", alice), shop.listen("stock/?sku=MUG")
            before = cart.frame()["version"], stock.frame()["version"]
            for _ in range(3):
                add(alice, mug)
                inventory.adjust(sku="MUG", delta=-1, note="count", actor_id=None, now=timezone.now())
                tell()

            assert [frame["version"] - before[0] for frame in cart.frames(3)] == [1, 2, 3]
            assert [frame["version"] - before[1] for frame in stock.frames(3)] == [1, 2, 3]
    finally:
        processes.stop(process, first=signal.SIGTERM, grace=8)
    assert "Traceback" not in (tmp_path / "web.log").read_text()
