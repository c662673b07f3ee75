"""The live wire over a Redis Cluster of three nodes: sharded, in order, and it follows a slot that moves."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis
from redis.crc import key_slot

from api import throttles
from backend.cart.models import Cart
from backend.catalog import cache, generations
from backend.catalog.answers import Answer, Answers
from backend.config import health
from backend.core import redis
from backend.devstack import ports, processes, tether
from backend.inventory import actions as inventory
from backend.outbox import wire
from backend.outbox.models import Event
from consumers import seats, store
from consumers.cluster_link import ClusterLink
from tasks import telling
from tests import cluster, factories, live
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change
from tests.consumers.apps import Apps
from tests.consumers.conftest import start_web
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_holes import unheard
from tests.consumers.test_centrifuge_topics import cart_topic
from tests.consumers.test_seats import a_client
from tests.sdk.test_relay_killed import leads_all

pytestmark = pytest.mark.slow
TOPICS = [f"order:{number}" for number in range(12)]
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Change:
    topic: str
    version: int
    event: str = "order.changed"
    text: str = "{}"
    at: object = field(default_factory=timezone.now)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    with cluster.running(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(autouse=True)
def clustered(nodes, monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", nodes[0].url)
    monkeypatch.setattr(settings, "REDIS_CLUSTER", True)
    redis.client.cache_clear()
    yield
    redis.client().close()
    redis.client.cache_clear()


@asynccontextmanager
async def listening(*topics):
    """What a process hears of the topics, in order, and the link's ups and downs."""
    heard, changes = [], []
    link = ClusterLink(
        url=settings.REDIS_URL,
        on_message=lambda channel, text: heard.append((wire.topic_of(channel), wire.read(text).version)),
        on_change=changes.append,
    )
    for topic in topics:
        link.want(wire.channel(topic))
    running = asyncio.create_task(link.run())
    await link.confirmed([wire.channel(topic) for topic in topics])
    try:
        yield heard, changes
    finally:
        running.cancel()
        await asyncio.wait([running])


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


def publish(*changes):
    return asyncio.to_thread(telling.publish, changes)


async def test_every_topic_is_heard_in_order_whatever_node_it_is_on(nodes):
    changes = [Change(topic, version) for version in range(1, 21) for topic in TOPICS]

    async with listening(*TOPICS) as (heard, ups):
        assert await publish(*changes) == len(changes)
        assert await publish(*changes) == 0
        await until(lambda: len(heard) >= len(changes))

    assert ups[:1] == [True]
    for topic in TOPICS:
        assert [version for name, version in heard if name == topic] == list(range(1, 21))
    with_logs = [node for node in nodes if Redis.from_url(node.url).keys("live:{order:*}:log")]
    assert len(with_logs) == len(nodes)


async def test_messages_stay_on_their_node(nodes):
    async with listening("order:99"):
        counts = [Redis.from_url(node.url).execute_command("PUBSUB", "SHARDCHANNELS") for node in nodes]

    assert sorted(map(len, counts)) == [0, 0, 1]


def test_histories_and_the_epoch_are_read_as_from_one_redis():
    telling.publish([Change("cart:1", version) for version in (1, 2, 3)])

    pipeline = redis.client().pipeline(transaction=False)
    pipeline.xrange(**wire.since("cart:1", 1))
    wire.ask_epoch(pipeline)
    history, _, epoch = pipeline.execute()

    assert [entry.version for entry in wire.missed("cart:1", 1, history)] == [2, 3]
    assert epoch == redis.client().get(wire.EPOCH)


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


async def test_a_slot_that_moves_is_followed_and_doubted(nodes):
    slot = key_slot(wire.channel("user:7").encode())
    clients = [Redis.from_url(node.url, decode_responses=True) for node in nodes]
    ids = [client.execute_command("CLUSTER", "MYID") for client in clients]
    owner = slot * len(nodes) // cluster.SLOTS
    target = (owner + 1) % len(nodes)

    async with listening("user:7", *TOPICS) as (heard, changes):
        for client in (clients[target], clients[owner], clients[(owner + 2) % len(nodes)]):
            client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", ids[target])
        await until(lambda: changes[-2:] == [False, True] and len(changes) >= 3)
        await publish(Change("user:7", 1))
        await until(lambda: heard == [("user:7", 1)])


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
    with ExitStack() as opened:
        clients = [opened.enter_context(Redis.from_url(node.url)) for node in nodes]
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


async def test_a_node_that_comes_back_empty_is_doubted_and_heard_again(nodes):
    slot = key_slot(wire.channel("order:77").encode())
    node = nodes[slot * len(nodes) // cluster.SLOTS]

    async with listening("order:77") as (heard, changes):
        await publish(Change("order:77", 1))
        await until(lambda: heard == [("order:77", 1)])
        node.restart_empty()  # here: it would end with a thread of its own
        await until(lambda: changes[-2:] == [False, True] and len(changes) >= 3)
        await asyncio.to_thread(cluster.wait_until_well, nodes)
        await publish(Change("order:77", 2))
        await until(lambda: heard == [("order:77", 1), ("order:77", 2)])
