"""The hub's order of things: how it stands comes first, whatever else is already known."""

from backend.outbox import wire
from consumers.hub import Hub
from consumers.news import Seen
from consumers.topics import Watch
from tests.consumers.test_client import Socket


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
