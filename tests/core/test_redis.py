"""Redis that does not answer costs one request its second, and the others nothing for a while."""

import pytest
from redis import RedisError

from api import throttles
from backend.catalog import cache
from backend.core import redis
from backend.outbox import poke


@pytest.fixture
def asked(monkeypatch):
    """How often a Redis that is away was asked."""
    asked = []

    def away():
        asked.append("again")
        raise RedisError("away")

    monkeypatch.setattr(redis, "client", away)
    monkeypatch.setattr(throttles, "_shared", away)
    return asked


def ask_everything(settings):
    settings.THROTTLES = {"anon": "50/m"}
    throttles.count(scope="anon", who="somebody")
    poke.relay()
    return cache.answer(address="/products/", seconds=60, compute=lambda: "{}").body


def test_one_failure_is_enough_for_all(asked, settings):
    answers = [ask_everything(settings) for _ in range(3)]

    assert answers == [b"{}"] * 3
    assert asked == ["again"]


def test_after_a_rest_it_is_asked_again(asked, settings, monkeypatch):
    ask_everything(settings)

    monkeypatch.setattr(redis, "_rests_until", 0.0)
    ask_everything(settings)

    assert asked == ["again", "again"]


def test_meanwhile_tries_are_still_counted(asked, settings):
    settings.THROTTLES = {"login": "2/m"}
    for _ in range(2):
        throttles.count(scope="login", who="guesser")

    with pytest.raises(throttles.Throttled):
        throttles.count(scope="login", who="guesser")
