"""A relay names a new generation: at a change, for shards it comes to lead, for a Redis that lost signs."""

import pytest
from django.conf import settings
from redis import Redis

from backend.catalog import generations, signs
from backend.core import redis
from backend.outbox import shards
from tests.catalog.signing import Relay, names

pytestmark = pytest.mark.usefixtures("signs_last_a_minute")


def test_a_change_names_a_new_one_at_once():
    relay = Relay().catch_up()
    (before,) = set(names())

    relay.at -= signs.EVERY_SECONDS
    relay.look(sees_change=True)

    (after,) = set(names())
    assert before != after


def test_who_leads_nothing_signs_for_nothing():
    Relay(frozenset()).catch_up()

    assert not redis.client().exists(generations.SIGNED, generations.NEWEST)


@pytest.mark.parametrize("shards_taken", [shards.ALL, {7}], ids=["all", "one"])
def test_who_comes_to_lead_a_shard_names_a_new_one(shards_taken):
    """It does not know what the one before had told."""
    old = Relay().catch_up()
    (before,) = set(names())

    Relay(frozenset(shards_taken)).catch_up()
    (taken,) = set(names())
    old.led = shards.ALL - shards_taken
    old.look()

    assert set(names()) == {taken} != {before}


def test_redis_that_comes_back_as_it_was_before_a_change_revives_nothing():
    relay = Relay().catch_up()
    (old,) = set(names())
    with Redis.from_url(settings.REDIS_URL) as raw:
        before = {key: raw.dump(key) for key in (generations.NEWEST, generations.SIGNED)}
        relay.look(sees_change=True)
        (told,) = set(names())
        for key, value in before.items():
            raw.restore(key, 0, value, replace=True)
    assert set(names()) == {old}  # while the signs that came back with it are good

    relay.look()

    (after,) = set(names())
    assert after not in {old, told}


def test_an_emptied_redis_is_signed_for_anew():
    relay = Relay().catch_up()
    (old,) = set(names())
    redis.client().flushall()

    relay.look()

    (after,) = set(names())
    assert after != old
