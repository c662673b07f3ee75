"""A Redis that remembers what a test says, and a hub that heals by it."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

from backend.outbox import wire
from consumers import healing
from consumers.healing import Healer
from consumers.histories import History
from consumers.hub import Hub
from consumers.news import Seen
from consumers.topics import Watch
from tests.consumers.test_client import Socket

SILENT = History("epoch", None, is_silent=True)


def told(*versions):
    """A history that has these."""
    return History("epoch", [wire.Entry(version, f"update {version}") for version in versions], False)


class Redis:
    """Stands in for Redis and the database: what the history and the row say now."""

    def __init__(self, monkeypatch):
        self.hub = Hub()
        self.history, self.row = SILENT, 1
        self.meanwhile = lambda: None  # happens while somebody asks
        self.link = SimpleNamespace(is_up=True, server="one")
        for name in ("remember", "look", "the_epoch"):
            monkeypatch.setattr(self.hub.sources, name, getattr(self, name))
        monkeypatch.setattr(self.hub.sources, "link", self.link)

    async def remember(self, topic, version):
        history, meanwhile, self.meanwhile = self.history, self.meanwhile, lambda: None
        meanwhile()
        return history and replace(history, epoch=await self.the_epoch())

    async def look(self, topics):
        return [Seen(topic.name, self.row, {}) for topic in topics]

    async def the_epoch(self):
        return self.hub.sources.epoch_of("epoch")

    def is_ahead(self, monkeypatch, found):
        """What the cheap look finds, at once."""

        async def ahead(positions):
            return "epoch", {name: found[name] for name, version in positions if version < found.get(name, 0)}

        monkeypatch.setattr(healing.histories, "ahead", ahead)
        monkeypatch.setattr(healing, "CHECK_SECONDS", 0)
        monkeypatch.setattr(healing, "IN_FLIGHT_SECONDS", 0)

    def link_comes_back(self):
        self.hub.sources._link_changed(False)
        self.hub.sources._link_changed(True)


async def heal(healer):
    async with asyncio.timeout(30):
        await healer.heal()


def reserve(redis, name):
    socket = Socket()
    watch = Watch([name], lambda topics: {}, wire.is_stream(name))
    socket.client.start()
    redis.hub.greet(socket.client)
    return socket, redis.hub.reserve(socket.client, name, watch)


async def whole(redis):
    """A healer that has found all to be whole."""
    healer = Healer(redis.hub)
    redis.hub.doubt()
    await heal(healer)
    return healer
