"""Sign-ins that end while something else is still being asked."""

import asyncio
import json
import threading
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.accounts import queries as accounts
from backend.accounts.models import User
from backend.accounts.tokens import Claims
from consumers import database, obeying
from consumers.codes import Code
from consumers.commands import Command
from consumers.hub import Hub
from consumers.obeying import Session, obey
from tests.caller import Caller
from tests.consumers.test_client import Socket, rest


@pytest.fixture
def app():
    """Somebody who has signed in, and the hub that knows."""
    hub, client = Hub(), Socket().client
    client.user_id, client.session_id, client.is_let_in = uuid4(), uuid4(), True
    hub.sign_ins.add(client)
    return Session(client, hub, is_connected=True)


async def test_who_signs_in_anew_during_the_look_is_not_taken_for_signed_out(app, monkeypatch):
    async def ask(question):
        asked_of, app.client.session_id = app.client.session_id, uuid4()
        return {asked_of}

    monkeypatch.setattr(database, "ask_apart", ask)
    await app.hub.sign_ins.look_up()

    assert app.client.ended is None


async def test_who_is_signed_out_by_the_look_is_sent_away(app, monkeypatch):
    async def ask(question):
        return {app.client.session_id}

    monkeypatch.setattr(database, "ask_apart", ask)
    await app.hub.sign_ins.look_up()

    assert app.client.ended is Code.SIGNED_OUT


async def test_a_sign_out_ends_that_sign_in_and_all_where_none_is_named(app):
    def told(session_id):
        frame = json.dumps({"event": "session.ended", "data": {"session_id": session_id}})
        app.hub.sign_ins.told(user_id=app.client.user_id, frame=frame)

    other = Socket().client
    other.user_id, other.session_id = app.client.user_id, uuid4()
    app.hub.sign_ins.add(other)
    told(str(other.session_id))
    assert (other.ended, app.client.ended) == (Code.SIGNED_OUT, None)
    told(None)

    assert app.client.ended is Code.SIGNED_OUT


async def test_a_sign_out_of_a_new_token_is_heard_while_it_is_looked_up(app, monkeypatch):
    claims = Claims(user_id=app.client.user_id, session_id=uuid4(), expires_at=timezone.now())
    frame = json.dumps({"event": "session.ended", "data": {"session_id": str(claims.session_id)}})

    async def user_of(claims):
        app.hub.sign_ins.told(user_id=claims.user_id, frame=frame)
        return SimpleNamespace(is_staff=False)

    monkeypatch.setattr(obeying, "_verified", lambda token, now: claims)
    monkeypatch.setattr(app.hub.sign_ins, "user_of", user_of)
    await obey(app, Command(2, "refresh", {"token": "new"}))

    assert app.client.ended is Code.SIGNED_OUT


async def test_the_look_waits_for_no_other_question():
    may_end = threading.Event()
    stuck = [asyncio.ensure_future(database.ask(may_end.wait)) for _ in range(database.THREADS)]
    await rest()
    try:
        assert await asyncio.wait_for(database.ask_apart(lambda: "answer"), 30) == "answer"
    finally:
        may_end.set()
        await asyncio.gather(*stuck)


def test_one_query_tells_which_of_many_sign_ins_are_over(alice, bob, staff, django_assert_num_queries):
    live, ended, locked_out = Caller(alice).session, Caller(staff).session, Caller(bob).session
    type(ended).objects.filter(pk=ended.pk).update(ended_at=timezone.now())
    User.objects.filter(pk=bob.pk).update(is_active=False)
    unknown = uuid4()

    with django_assert_num_queries(1):
        over = accounts.ended_among([live.pk, ended.pk, locked_out.pk, unknown])

    assert over == {ended.pk, locked_out.pk, unknown}
