"""The link to Redis: what it subscribes to, and what it says when something may have been missed."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from redis.asyncio import Redis

from consumers import cluster_link
from consumers import link as links
from consumers.link import Link
from tests.wire import proxy

PATIENCE_SECONDS = 30


class Ears:
    """A link, and what it told."""

    def __init__(self, url: str = "") -> None:
        self.heard: list[str] = []
        self.changes: list[bool] = []
        self.link = Link(
            url=url or settings.REDIS_URL,
            on_message=lambda _, text: self.heard.append(text),
            on_change=self.changes.append,
        )

    async def listen(self, channel: str) -> None:
        self.link.want(channel)
        await self.link.confirmed([channel])

    async def hears(self, channel: str, text: str) -> bool:
        """Whether it hears what is published now."""
        async with Redis.from_url(settings.REDIS_URL) as redis:
            await redis.publish(channel, text)
        return await until(lambda: text in self.heard)


async def until(condition) -> bool:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)
    return True


@asynccontextmanager
async def linked(url: str = ""):
    ears = Ears(url)
    running = asyncio.create_task(ears.link.run())
    try:
        yield ears
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_who_wants_again_what_is_just_being_dropped_has_it_at_once():
    async with linked() as ears:
        await ears.listen("a")
        ears.link.drop("a")

        async with asyncio.timeout(links.CONFIRM_SECONDS / 2):
            await ears.listen("a")

        assert await ears.hears("a", "news")


async def test_who_wants_again_what_was_dropped_waits_for_redis():
    async with linked() as ears:
        await ears.listen("a")
        ears.link.drop("a")
        await until(lambda: "a" not in ears.link._sent)
        await ears.listen("a")

        assert await ears.hears("a", "news")


async def test_a_link_knows_the_process_that_answers():
    async with Redis.from_url(settings.REDIS_URL) as redis, linked() as ears:
        await until(lambda: ears.link.is_up)

        assert ears.link.server == (await redis.info("server"))["run_id"]


async def test_a_redis_that_must_not_be_asked_who_it_is_is_linked_all_the_same():
    user = {
        "enabled": True,
        "passwords": ["+p"],
        "commands": ["+@all", "-info"],
        "channels": ["*"],
        "keys": ["*"],
    }
    async with Redis.from_url(settings.REDIS_URL) as redis:
        await redis.acl_setuser("shy", reset=True, **user)
        try:
            async with linked(settings.REDIS_URL.replace("redis://", "redis://shy:p@")) as ears:
                await ears.listen("a")
                assert await ears.hears("a", "news")
                assert ears.link.server == ""
        finally:
            await redis.acl_deluser("shy")


async def test_a_redis_that_takes_the_connection_and_never_answers_is_tried_anew(monkeypatch):
    monkeypatch.setattr(links, "QUIET_SECONDS", 0.2)
    port = urlsplit(settings.REDIS_URL).port
    with proxy.before(port) as line:
        line.stall()
        async with linked(settings.REDIS_URL.replace(str(port), str(line.port))) as ears:
            await until(line.connections)
            line.forget()  # the old connection; a new one is of a Redis that is well
            line.flow()

            await until(lambda: ears.link.is_up)
            await ears.listen("a")
            assert await ears.hears("a", "news")


async def test_what_is_confirmed_too_late_is_doubted(monkeypatch):
    monkeypatch.setattr(links, "CONFIRM_SECONDS", 0.05)
    port = urlsplit(settings.REDIS_URL).port
    with proxy.before(port) as line:
        async with linked(settings.REDIS_URL.replace(str(port), str(line.port))) as ears:
            await until(lambda: ears.link.is_up)
            line.stall()
            await ears.listen("a")
            assert ears.changes == [True]

            line.flow()

            assert await until(lambda: ears.changes == [True, True])


async def test_a_writer_that_breaks_takes_the_connection_with_it():
    async with linked() as ears:
        await until(lambda: ears.link.is_up)
        ears.link.want("\ud800")  # can't be written

        assert await until(lambda: False in ears.changes)


async def test_a_cluster_with_a_link_that_broke_is_linked_anew(monkeypatch):
    heard = []

    def hear(channel, text):
        heard.append(text)
        if text == "bad":
            raise ValueError(text)

    async def look():
        return [(0, cluster_link.SLOTS - 1, urlsplit(settings.REDIS_URL).netloc)]

    monkeypatch.setattr(cluster_link, "LOOK_SECONDS", 0.01)
    link = cluster_link.ClusterLink(url=settings.REDIS_URL, on_message=hear, on_change=lambda _: None)
    monkeypatch.setattr(link, "_look", look)
    link.want("a")
    with pytest.raises(ExceptionGroup):
        await hear_one(link, "bad", heard)
    await hear_one(link, "good", heard)

    assert heard == ["bad", "good"]


async def test_a_cluster_is_known_by_the_processes_that_answer(monkeypatch):
    port, half = urlsplit(settings.REDIS_URL).port, cluster_link.SLOTS // 2

    async def look():
        return [(0, half - 1, f"localhost:{port}"), (half, cluster_link.SLOTS - 1, f"127.0.0.1:{port}")]

    link = cluster_link.ClusterLink(url=settings.REDIS_URL, on_message=None, on_change=lambda _: None)
    monkeypatch.setattr(link, "_look", look)
    running = asyncio.create_task(link.run())
    await until(lambda: link.is_up)
    async with Redis.from_url(settings.REDIS_URL) as redis:
        run_id = (await redis.info("server"))["run_id"]

    assert link.server == f"{run_id} {run_id}"
    running.cancel()
    await asyncio.wait([running])


async def hear_one(link, text, heard):
    """The link runs until it has heard it. Raises what broke it."""
    running = asyncio.create_task(link.run())
    await until(lambda: link.is_up)
    async with Redis.from_url(settings.REDIS_URL) as redis:
        await redis.publish("a", text)
    await until(lambda: text in heard)
    if text == "bad":
        await running
    running.cancel()
    await asyncio.wait([running])
