"""The live wire over a Redis Cluster of three nodes: sharded, in order, and it follows a slot that moves."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.utils import timezone
from redis.crc import key_slot

from backend.core import redis
from backend.outbox import wire
from consumers.cluster_link import ClusterLink
from tasks import telling
from tests import cluster

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clustered")]
TOPICS = [f"order:{number}" for number in range(12)]
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Change:
    topic: str
    version: int
    event: str = "order.changed"
    text: str = "{}"
    at: object = field(default_factory=timezone.now)


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
    with cluster.clients_of(nodes) as clients:
        assert all(client.keys("live:{order:*}:log") for client in clients)


async def test_messages_stay_on_their_node(nodes):
    async with listening("order:99"):
        with cluster.clients_of(nodes) as clients:
            counts = [client.execute_command("PUBSUB", "SHARDCHANNELS") for client in clients]

    assert sorted(map(len, counts)) == [0, 0, 1]


def test_histories_and_the_epoch_are_read_as_from_one_redis():
    telling.publish([Change("cart:1", version) for version in (1, 2, 3)])

    pipeline = redis.client().pipeline(transaction=False)
    pipeline.xrange(**wire.since("cart:1", 1))
    wire.ask_epoch(pipeline)
    history, _, epoch = pipeline.execute()

    assert [entry.version for entry in wire.missed("cart:1", 1, history)] == [2, 3]
    assert epoch == redis.client().get(wire.EPOCH)


def move_to_the_next(slot, nodes):
    owner = slot * len(nodes) // cluster.SLOTS
    target = (owner + 1) % len(nodes)
    with cluster.clients_of(nodes) as clients:
        name = clients[target].execute_command("CLUSTER", "MYID")
        for client in (clients[target], clients[owner], clients[(owner + 2) % len(nodes)]):
            client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", name)


async def test_a_slot_that_moves_is_followed_and_doubted(nodes):
    async with listening("user:7", *TOPICS) as (heard, changes):
        move_to_the_next(key_slot(wire.channel("user:7").encode()), nodes)
        await until(lambda: changes[-2:] == [False, True] and len(changes) >= 3)
        await publish(Change("user:7", 1))
        await until(lambda: heard == [("user:7", 1)])


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
