"""An app has ten seconds to say who it is; how long the shop takes to believe it is not its fault."""

import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from backend.accounts.tokens import Claims
from consumers import obeying
from consumers.client import ENTRY_SECONDS
from consumers.codes import Code
from consumers.commands import Command
from consumers.dialects import APPS
from consumers.hub import Hub
from consumers.obeying import Session, obey
from tests.consumers.test_client import EARLY, Socket


@pytest.fixture
def app(monkeypatch):
    """It has come, and not said anything yet."""
    hub, client = Hub(), Socket(APPS).client
    client.begin_entry(at=time.monotonic())
    claims = Claims(user_id=uuid4(), session_id=uuid4(), expires_at=timezone.now())

    async def listen(names):
        """Redis is not what this is about."""

    monkeypatch.setattr(hub.sources, "listen", listen)
    monkeypatch.setattr(obeying, "_verified", lambda token, now: claims)
    return Session(client, hub)


def check(app, *, late=ENTRY_SECONDS + 1):
    """The look of every second, so much later."""
    app.client.check(now=EARLY, at=time.monotonic() + late)


async def connect(app, monkeypatch, user_of):
    monkeypatch.setattr(app.hub.sign_ins, "user_of", user_of)
    return await obey(app, Command(1, "connect", {"token": "good"}))


async def test_who_has_said_it_waits_as_long_as_the_database_takes(app, monkeypatch):
    async def user_of(claims):
        check(app)
        return SimpleNamespace(is_staff=False)

    await connect(app, monkeypatch, user_of)
    check(app)

    assert app.client.ended is None


async def test_whom_the_database_could_not_look_up_may_say_it_again(app, monkeypatch):
    async def user_of(claims):
        raise OperationalError

    app.client.begin_entry(at=time.monotonic() - ENTRY_SECONDS)  # all of it is over by now
    with pytest.raises(OperationalError):
        await connect(app, monkeypatch, user_of)
    check(app, late=ENTRY_SECONDS / 2)
    assert app.client.ended is None
    check(app)

    assert app.client.ended is Code.NO_SIGN_IN
