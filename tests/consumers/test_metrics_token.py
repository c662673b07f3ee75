"""/metrics is shown to whoever brings the token, with or without the database."""

import json

import pytest

from backend.config import metrics


async def ask(*, method="GET", authorization=""):
    """Status and body, of the application in this process."""
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"authorization", authorization.encode())] if authorization else []
    await metrics.application({"method": method, "headers": headers}, None, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Bearer ", "secret", "Basic secret"])
async def test_it_takes_the_token(settings, authorization):
    settings.DEBUG, settings.METRICS_TOKEN = True, "secret"

    status, body = await ask(authorization=authorization)

    assert (status, json.loads(body)["code"]) == (401, "not_authenticated")


async def test_without_a_token_it_is_there_in_development_only(settings):
    settings.DEBUG, settings.METRICS_TOKEN = False, ""

    status, body = await ask(authorization="Bearer ")

    assert (status, json.loads(body)) == (404, {"error": "Not found", "code": "not_found", "details": None})


@pytest.mark.parametrize(("token", "is_debug"), [("secret", False), ("", True)])
async def test_whoever_may_reads_it_without_the_database_too(settings, monkeypatch, token, is_debug):
    settings.DEBUG, settings.METRICS_TOKEN = is_debug, token
    monkeypatch.setattr(metrics.database, "ask", away)

    status, body = await ask(authorization=f"Bearer {token}" if token else "")

    assert status == 200
    assert b"shopwire_database_answers 0.0" in body
    assert b"shopwire_sockets_clients 0.0" in body
    assert (await ask(method="POST"))[0] == 405


async def away(question):
    raise metrics.DatabaseError("away")
