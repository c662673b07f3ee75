"""What may have been missed is made good, whatever happens while that is found out."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from backend.outbox import wire
from consumers import healing
from consumers.codes import Code
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


@pytest.fixture
def redis(monkeypatch):
    return Redis(monkeypatch)


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


async def test_a_doubt_that_comes_while_another_is_settled_is_settled_too(redis):
    healer = await whole(redis)
    socket, place = reserve(redis, "cart:1")
    redis.hub.join(place, 1)

    redis.link_comes_back()
    redis.meanwhile = redis.link_comes_back
    await heal(healer)
    redis.history = told(2)
    await heal(healer)

    assert socket.sent == ["update 2"]


async def test_who_looked_before_the_link_broke_and_joined_when_it_was_back_misses_nothing(redis):
    healer = await whole(redis)
    socket, place = reserve(redis, "cart:1")

    redis.link_comes_back()
    await heal(healer)
    redis.history = told(2)
    redis.hub.join(place, 1)
    await heal(healer)

    assert socket.sent == ["update 2"]


async def test_who_joins_behind_what_others_were_shown_is_shown_it_too(redis):
    healer = await whole(redis)
    early, place = reserve(redis, "stock:MUG")
    redis.hub.join(place, 1)
    late, place = reserve(redis, "stock:MUG")
    redis.row, redis.link.server = 3, "two"
    redis.link_comes_back()
    await heal(healer)

    redis.history = told(3)
    redis.hub.join(place, 1)
    await heal(healer)

    assert (len(early.sent), late.sent) == (1, ["update 3"])


@pytest.mark.parametrize("history", [SILENT, told(1)], ids=["silent", "told"])
@pytest.mark.parametrize(("server", "shown"), [("one", []), ("two", [2])])
async def test_what_another_redis_does_not_remember_is_looked_up(redis, server, shown, history):
    healer = await whole(redis)
    socket, place = reserve(redis, "stock:MUG")
    redis.hub.join(place, 1)

    redis.row, redis.link.server, redis.history = 2, server, history
    redis.link_comes_back()
    await heal(healer)

    assert socket.sent == [Seen("stock:MUG", version, {}).frame for version in shown]


async def test_news_that_a_redis_which_took_over_never_had_are_lost(redis, monkeypatch):
    monkeypatch.setattr(healing, "GRACE_SECONDS", 0)
    healer = await whole(redis)
    socket, place = reserve(redis, "cart:1")
    redis.hub.join(place, 1)

    redis.row, redis.link.server, redis.history = 3, "two", told(1, 2)
    redis.link_comes_back()
    await heal(healer)
    healer.check_debts()

    assert socket.sent[:1] == ["update 2"]
    assert socket.client.ended is Code.HISTORY_LOST


async def test_a_fault_leaves_what_it_was_about_in_doubt(redis, monkeypatch):
    healer = await whole(redis)
    socket, place = reserve(redis, "cart:1")
    redis.hub.join(place, 1)
    redis.history, whole_history = None, told(2)
    redis.hub.doubt(place.topic)
    monkeypatch.setattr(redis.hub.sources, "remember", None)
    with pytest.raises(TypeError):
        await heal(healer)

    monkeypatch.setattr(redis.hub.sources, "remember", redis.remember)
    redis.history = whole_history
    await heal(healer)

    assert socket.sent == ["update 2"]


async def test_a_message_that_was_lost_without_a_word_is_found_by_its_position(redis, monkeypatch):
    healer = await whole(redis)
    socket, place = reserve(redis, "cart:1")
    redis.hub.join(place, 1)
    redis.history = told(2)

    redis.is_ahead(monkeypatch, {"cart:1": 2})
    await healer.check_positions()
    await heal(healer)

    assert socket.sent == ["update 2"]


@pytest.mark.parametrize("is_settling", [False, True])
async def test_what_is_in_doubt_is_not_whole_because_a_history_that_is_gone_shows_nothing(
    redis, monkeypatch, is_settling
):
    healer = await whole(redis)
    socket, place = reserve(redis, "stock:MUG")
    redis.hub.join(place, 1)
    redis.is_ahead(monkeypatch, {})

    async def remember(topic, version):
        if is_settling:
            await healer.check_positions()
        return await redis.remember(topic, version)

    monkeypatch.setattr(redis.hub.sources, "remember", remember)
    healer._whole_at -= healing.LONGEST_SILENCE
    redis.row = 2
    redis.hub.doubt(place.topic)
    if not is_settling:
        await healer.check_positions()
    await heal(healer)

    assert socket.sent == [Seen("stock:MUG", 2, {}).frame]
