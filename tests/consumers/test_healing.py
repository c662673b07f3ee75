"""What may have been missed is made good, whatever happens while that is found out."""

import pytest

from consumers import healing
from consumers.codes import Code
from consumers.news import Seen
from tests.consumers.forgetful import SILENT, Redis, heal, reserve, told, whole


@pytest.fixture
def redis(monkeypatch):
    return Redis(monkeypatch)


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
