"""The hub's order of things: how it stands comes first, whatever else is already known."""

from backend.outbox import wire
from consumers.hub import Hub
from consumers.news import Seen
from consumers.topics import Watch
from tests.consumers.test_client import Socket, rest


async def test_a_state_of_stock_is_shown_although_newer_ones_wait(monkeypatch):
    hub, socket = Hub(), Socket()
    state = Seen("stock:MUG", 1, {"quantity": 5})

    async def look(topics):
        for version in (2, 3):
            hub._told(wire.channel("stock:MUG"), f"{version} epoch\nupdate {version}")
        return [state]

    monkeypatch.setattr(hub.sources, "look", look)
    await hub.show(socket.client, Watch(["stock:MUG"], lambda topics: {}, is_stream=False))
    hub._told(wire.channel("stock:MUG"), "4 epoch\nupdate 4")
    socket.client.start()

    assert socket.sent == [state.frame, "update 4"]


async def test_of_stock_the_newest_alone_waits_for_who_does_not_read():
    hub, socket = Hub(), Socket()
    socket.client.start()
    hub.greet(socket.client)
    hub.join(hub.reserve(socket.client, "stock:MUG", Watch(["stock:MUG"], lambda topics: {}, False)), 1)
    socket.is_open.clear()
    for version in range(2, 6):
        hub._told(wire.channel("stock:MUG"), f"{version} epoch\nupdate {version}")
    socket.is_open.set()
    await rest()

    assert socket.sent == ["update 2", "update 5"]
