"""POST /auth/ws-ticket/"""

import pytest
from redis import RedisError

from backend.accounts import tickets
from backend.core import redis
from tests.accounts.bodies import NOT_AUTHENTICATED

pytestmark = pytest.mark.django_db


def test_a_ticket_is_good_for_this_sign_in_once(as_alice, alice):
    answer = as_alice.post("auth/ws-ticket/")

    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"ticket", "expires_in"}
    assert body["expires_in"] == 30
    assert tickets.redeem(body["ticket"]) == (alice.pk, as_alice.session.pk)
    assert tickets.redeem(body["ticket"]) is None


def test_a_ticket_is_forgotten_after_half_a_minute(as_alice):
    ticket = as_alice.post("auth/ws-ticket/").json()["ticket"]

    [key] = redis.client().keys(f"*{ticket}")
    assert 0 < redis.client().pttl(key) <= 30_000


def test_guests_get_none(as_guest):
    answer = as_guest.post("auth/ws-ticket/")

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)


def test_without_redis_the_caller_is_asked_to_come_back(as_alice, monkeypatch):
    def away(**_):
        raise RedisError

    monkeypatch.setattr(tickets, "issue", away)

    answer = as_alice.post("auth/ws-ticket/")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "1"
