"""What a Content-Type claims changes neither how an address is read, nor whether there is an answer."""

import json
from io import BytesIO

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_started
from django.db import close_old_connections

from backend.config import asgi, wsgi
from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db
CLAIMS = ["a/b; charset=utf-16-le", "a/b; charset=rot13", "a/b; charset=none", "a/b; x=" + "x" * 20_000]


@pytest.fixture(autouse=True)
def _one_transaction():
    """The test's connection, in which it has not committed, stays open."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def ask(path, *, kind, query="", method="GET", body=b""):
    """Status and JSON of the answer under WSGI."""
    statuses = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    answer = wsgi.application(environ, lambda status, headers: statuses.append(int(status[:3])))
    return statuses[0], json.loads(b"".join(answer))


async def ask_by_asgi(path, *, kind):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"search=desks"}
    headers = [(b"host", b"127.0.0.1"), (b"content-type", kind.encode())]
    wire = ApplicationCommunicator(asgi.application, {**scope, "headers": headers})
    await wire.send_input({"type": "http.request", "body": b""})
    start, body = await wire.receive_output(10), await wire.receive_output(10)
    return start["status"], json.loads(body["body"])


@pytest.mark.parametrize("kind", CLAIMS)
def test_no_charset_makes_others_see_what_they_did_not_ask_for(kind):
    create("LAMP")
    create("DESK", name="Desk")

    claimed = ask("/api/v1/products/", query="search=desks", kind=kind)
    plain = ask("/api/v1/products/", query="search=desks", kind="application/json")

    assert claimed == plain
    assert [one["slug"] for one in plain[1]["results"]] == ["desk"]


def test_a_body_of_a_kind_that_nobody_reads_is_refused():
    status, answer = ask("/api/v1/auth/login/", method="POST", body=b"{}", kind=CLAIMS[-1])

    assert (status, answer["code"]) == (415, "unsupported_media_type")


def test_json_is_utf_8_whatever_is_claimed():
    body = '{"email": "ä"}'.encode()

    status, answer = ask(
        "/api/v1/auth/login/", method="POST", body=body, kind="application/json; charset=utf-16"
    )

    assert (status, sorted(answer["details"])) == (400, ["email", "password"])


@pytest.mark.parametrize("kind", CLAIMS)
async def test_under_asgi_it_is_the_same(kind):
    assert await ask_by_asgi("/api/v1/nowhere/", kind=kind) == (
        404,
        {"error": "Not found", "code": "not_found", "details": None},
    )
