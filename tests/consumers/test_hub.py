"""The hub's order of things: how it stands comes first, whatever else is already known."""

import asyncio
from uuid import uuid4

import pytest

from backend.outbox import wire
from consumers import sources
from consumers.client import Client
from consumers.dialects import APPS, PLAIN
from consumers.hub import Hub
from consumers.news import Seen
from consumers.topics import Watch
from tests.consumers.test_client import Socket, rest
from tests.consumers.test_link import until


async def test_a_state_of_stock_is_shown_although_newer_ones_wait(monkeypatch):
    hub, socket = Hub(), Socket()
    state = Seen("stock:MUG", 1, {"quantity": 5})

    async def look(topics):
        for version in (2, 3):
            hub._told(wire.channel("stock:MUG"), f"{version}\nupdate {version}")
        return [state]

    monkeypatch.setattr(hub.sources, "look", look)
    await hub.show(socket.client, Watch(["stock:MUG"], lambda topics: {}, is_stream=False))
    hub._told(wire.channel("stock:MUG"), "4\nupdate 4")
    socket.client.start()

    assert socket.sent == [state.frame, "update 4"]


async def test_of_stock_the_newest_alone_waits_for_who_does_not_read():
    hub, socket = Hub(), Socket()
    socket.client.start()
    hub.greet(socket.client)
    hub.join(hub.reserve(socket.client, "stock:MUG", Watch(["stock:MUG"], lambda topics: {}, False)), 1)
    socket.is_open.clear()
    for version in range(2, 6):
        hub._told(wire.channel("stock:MUG"), f"{version}\nupdate {version}")
    socket.is_open.set()
    await rest()

    assert socket.sent == ["update 2", "update 5"]


@pytest.mark.parametrize("dialect", [PLAIN, APPS], ids=["plain", "apps"])
async def test_a_frame_is_made_once_for_all_who_hear_it(dialect):
    hub, sent, watch = Hub(), [], Watch(["stock:MUG"], lambda topics: {}, is_stream=False)

    async def send(message):
        sent.append(message)

    for _ in range(2):
        client = Client(send=send, dialect=dialect)
        client.start()
        hub.greet(client)
        hub.join(hub.reserve(client, "stock:MUG", watch), 1)
    hub._told(wire.channel("stock:MUG"), '2\n{"version":2}')
    hub.topics["stock:MUG"].show(Seen("stock:MUG", 3, {}))

    assert len(sent) == 4
    assert sent[0] is sent[1]
    assert sent[2] is sent[3]


async def test_a_hundred_who_come_at_once_cost_a_look_or_two(monkeypatch):
    hub, looks, sockets = Hub(), [], [Socket() for _ in range(100)]

    def look(topics):
        looks.append(list(topics))
        return {topic: Seen(topic, 1, {}) for topic in topics}

    async def listen(names):
        await asyncio.sleep(0)

    monkeypatch.setattr(hub.sources, "listen", listen)
    watch = Watch(["cart:1"], look, is_stream=True)
    async with asyncio.timeout(30):
        await asyncio.gather(*(hub.show(socket.client, watch) for socket in sockets))
    for socket in sockets:
        socket.client.start()

    assert len(looks) <= 2
    assert [socket.sent for socket in sockets] == [[Seen("cart:1", 1, {}).frame]] * 100


async def test_what_nobody_wants_any_more_is_listened_to_no_longer(monkeypatch):
    monkeypatch.setattr(sources, "LINGER_SECONDS", 0)
    hub, client = Hub(), Socket().client
    running = asyncio.create_task(hub.sources.link.run())
    client.user_id = uuid4()
    await hub.admit(client)
    for name in ("cart:1", "cart:2"):
        hub.reserve(client, name, Watch([name], lambda topics: {}, is_stream=True))
    topics, user = list(hub.topics.values()), f"user:{client.user_id}"

    hub.leave_topic(client, "cart:1")
    await asyncio.gather(*(hub.sources.remember(topic, 1) for topic in topics))  # who asked is gone by now
    assert await until(lambda: listened_to(hub) == {"cart:1", "cart:2", user})
    hub.check()
    assert await until(lambda: listened_to(hub) == {"cart:2", user})
    hub.leave(client)
    hub.check()

    assert await until(lambda: listened_to(hub) == set())
    running.cancel()
    await asyncio.wait([running])


def listened_to(hub):
    return {wire.topic_of(channel) for channel in hub.sources.link._sent}
