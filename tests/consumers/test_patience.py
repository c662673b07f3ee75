"""An app is answered in time, or told to try again; what it gave up leaves nothing behind."""

import asyncio
import json
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.accounts.tokens import Claims
from backend.core import redis
from consumers import as_json, obeying, seats
from consumers.commands import Command
from consumers.dialects import APPS
from consumers.hub import Hub
from consumers.news import Seen
from consumers.obeying import Session, obey
from consumers.replies import ErrorCode
from consumers.subscribing import subscribe
from tests.consumers.test_client import Socket

PATIENCE = 30
SDKS_WAIT_SECONDS = 5


@pytest.fixture
async def app():
    """A session whose answers are due in a moment, and what it was sent."""
    hub, socket = Hub(), Socket(APPS)
    hub.greet(socket.client)
    socket.client.start()
    by = asyncio.get_running_loop().time() + 0.05
    return Session(socket.client, hub, answer_by=by), socket.sent


async def for_ever(*_):
    await asyncio.Event().wait()


def test_the_shop_answers_before_sdks_give_up():
    assert obeying.ANSWER_SECONDS < SDKS_WAIT_SECONDS


def test_only_what_may_go_well_the_next_time_is_temporary():
    said = {code: json.loads(as_json.error(7, code)) for code in ErrorCode}

    assert said.pop(ErrorCode.INTERNAL) == {
        "id": 7,
        "error": {"code": 100, "message": "internal server error", "temporary": True},
    }
    for code, reply in said.items():
        assert reply["error"].keys() == {"code", "message"}, code


async def test_a_subscribe_that_takes_too_long_fails_alone_and_its_place_is_left(app, monkeypatch):
    session, sent = app

    async def look(topics):
        if topics[0].name == "stock:SLOW":
            session.answer_by = None  # for the other, whatever else this machine has to do
            await for_ever()
        return [Seen(topic.name, 1, {}) for topic in topics]

    monkeypatch.setattr(session.hub.sources, "look", look)
    said = [Command(n, "subscribe", {"channel": f"stock:{sku}"}) for n, sku in ((1, "SLOW"), (2, "MUG"))]

    assert await asyncio.wait_for(subscribe(session, said), PATIENCE) == 1
    answers = [json.loads(line) for line in "\n".join(sent).split("\n")]
    assert answers[0] == {
        "id": 1,
        "error": {"code": 100, "message": "internal server error", "temporary": True},
    }
    assert (answers[1]["id"], answers[1]["subscribe"]["offset"]) == (2, 1)
    assert list(session.hub.topics_of(session.client)) == ["stock:MUG"]
    assert list(session.hub.topics) == ["stock:MUG"]


async def test_who_gives_up_while_sitting_down_has_no_seat_and_may_say_again_who_it_is(app, monkeypatch):
    session, _ = app
    client, claims = session.client, Claims(uuid4(), uuid4(), timezone.now())
    sits = asyncio.Event()

    async def user_of(claims):
        return SimpleNamespace(is_staff=True)

    async def sits_and_hears_nothing(client, *, dead=()):
        await sit_down(client, dead=dead)
        sits.set()
        await for_ever()

    sit_down = seats._sit_down
    monkeypatch.setattr(obeying, "_verified", lambda token, now: claims)
    monkeypatch.setattr(session.hub.sign_ins, "user_of", user_of)
    monkeypatch.setattr(session.hub.sources, "listen", lambda names: asyncio.sleep(0))
    monkeypatch.setattr(seats, "_sit_down", sits_and_hears_nothing)

    asking = asyncio.ensure_future(obey(session, Command(1, "connect", {"token": "good"})))
    await asyncio.wait_for(sits.wait(), PATIENCE)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert redis.client().zcard(f"sockets:{claims.user_id}") == 0
    assert (client.user_id, client.is_let_in, client.is_staff) == (None, False, False)
    assert session.hub.sign_ins.count(claims.user_id) == 0
