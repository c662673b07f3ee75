"""What stands around the answers: health, docs, and the headers that browsers look at."""

import re
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from redis import RedisError

from backend.config import health

FRIEND = "https://friend.example"
PATHS = ("products/", "nowhere/", "orders/", "staff/orders/")


@pytest.fixture(autouse=True)
def _friend(settings):
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]


@pytest.mark.parametrize("path", PATHS)
def test_a_friend_may_read_every_answer(as_guest, path):
    answer = as_guest.get(path, Origin=FRIEND)

    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {"Retry-After", "Idempotency-Replayed"} <= set(exposed.split(", "))


def test_a_friend_may_read_why_a_body_was_refused(as_guest):
    for body, status in (("x" * 2_000_000, 413), ("{", 400)):
        answer = as_guest.post("auth/login/", body, Origin=FRIEND)

        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == FRIEND


@pytest.mark.parametrize("origin", ["https://foe.example", "null", "https://friend.example.foe.example"])
def test_a_stranger_may_not(as_guest, origin):
    answer = as_guest.get("products/", Origin=origin)

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_preflight_names_what_a_shop_front_needs(as_guest):
    answer = as_guest.client.options(
        "/api/v1/orders/",
        headers={
            "Origin": FRIEND,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )

    assert answer.status_code == 200
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(
        answer.headers["Access-Control-Allow-Methods"].split(", ")
    )


@pytest.mark.parametrize("path", [*PATHS, "/api/docs/", "/api/schema/", "/healthz"])
def test_no_answer_is_guessed_at_or_framed(as_guest, path):
    headers = as_guest.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.not_over_http("the shop's servers speak plain HTTP; HTTPS ends at a proxy")
def test_over_https_browsers_are_told_to_stay_there(as_guest, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000

    answer = as_guest.client.get("/api/v1/products/", secure=True)

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_healthz_answers_as_long_as_the_process_lives(as_guest):
    answer = as_guest.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_readyz_looks_at_the_database_and_redis(as_guest):
    answer = as_guest.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "database": True, "redis": True})


def test_readyz_is_503_without_the_database(as_guest, monkeypatch):
    def away():
        raise OperationalError

    monkeypatch.setattr(health, "_unapplied", away)

    answer = as_guest.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": False})


def test_readyz_stays_200_without_redis(as_guest, monkeypatch):
    def away(name):
        raise RedisError

    monkeypatch.setattr(health.redis, "client", lambda: SimpleNamespace(get=away))

    answer = as_guest.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "database": True, "redis": False})


def test_the_docs_load_nothing_from_elsewhere(as_guest):
    answer = as_guest.get("/api/docs/")
    page = answer.content.decode()

    assert answer.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [address for address in addresses if not address.startswith(("/static/", "data:"))] == []
    for address in addresses:
        if address.startswith("/static/"):
            file = as_guest.get(address)
            assert (file.status_code, len(file.content)) == (200, int(file.headers["Content-Length"]))


def test_the_headers_of_what_may_be_read_are_had_alone(as_guest):
    read = as_guest.get("products/")
    asked = as_guest.client.head("/api/v1/products/")
    refused = as_guest.post("products/categories/", {})

    # The body is the server's to leave out: tests/flows/test_servers.py.
    assert (asked.status_code, dict(asked.headers)) == (200, dict(read.headers))
    assert refused.headers["Allow"] == "GET, HEAD"
