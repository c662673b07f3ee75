"""What the relays sign for keeps a generation in use; whatever is not signed for lasts one turn."""

import pytest
from django.conf import settings
from redis import Redis

from backend.catalog import generations, signs
from backend.core import redis
from backend.outbox import shards
from tests.conftest import look_at_the_catalogue_anew

A_MINUTE = 60_000
HALF = frozenset(range(8))


@pytest.fixture(autouse=True)
def _no_relay_is_missed(monkeypatch):
    """Here it is. Signs are good for so long that no slow machine loses one."""
    monkeypatch.setattr(generations, "SIGNED_MILLISECONDS", A_MINUTE)


class Relay:
    """Looks into the outbox again and again, and sees what a test says."""

    def __init__(self, led=shards.ALL):
        self.signs, self.led, self.at = signs.Signs(), led, 0.0

    def look(self, *, sees_change=False, is_all=True):
        self.at += signs.EVERY_SECONDS
        self.signs.give(led=self.led, is_stale=sees_change, is_all=is_all, at=self.at)

    def catch_up(self):
        """The first look hears the time, the second one signs for it."""
        self.look()
        self.look()
        return self


def names(turns=3):
    """What is in use, turn after turn."""
    seen = []
    for _ in range(turns):
        look_at_the_catalogue_anew()
        seen.append(generations.in_use())
    return seen


def is_kept(turns=3):
    """Whether one and the same stays in use; else each turn has its own."""
    different = len(set(names(turns)))
    assert different in {1, turns}
    return different == 1


def times():
    """What is signed for."""
    return {int(sign.partition("-")[0]) for sign in redis.client().hvals(generations.SIGNED)}


def pass_by(milliseconds, led=shards.ALL):
    """As if these shards' signs were from so long ago."""
    for shard in led:
        time, _, name = redis.client().hget(generations.SIGNED, shard).partition("-")
        redis.client().hset(generations.SIGNED, shard, f"{int(time) - milliseconds}-{name}")


def test_without_a_relay_each_turn_has_its_own():
    assert not is_kept()


def test_while_relays_tell_all_there_is_one_is_kept():
    relays = [Relay(HALF).catch_up(), Relay(shards.ALL - HALF).catch_up()]
    first = names()

    for relay in relays:
        relay.look()

    assert set(names()) == set(first) == {redis.client().get(generations.NEWEST)}


def test_a_relay_that_has_just_begun_signs_for_nothing_yet():
    Relay().look()

    assert not is_kept()


def test_a_sign_is_good_for_its_time():
    Relay().catch_up()
    pass_by(A_MINUTE - 400)
    assert is_kept()
    assert 0 < redis.client().pttl(generations.IN_USE) <= 400

    pass_by(400)

    assert not is_kept()


def test_one_relay_of_several_that_stands_still_is_enough():
    Relay(HALF).catch_up()
    other = Relay(shards.ALL - HALF).catch_up()
    assert is_kept()

    pass_by(A_MINUTE, HALF)
    other.look()

    assert not is_kept()


def test_one_shard_that_nobody_leads_is_enough():
    Relay(shards.ALL - {7}).catch_up()

    assert not is_kept()


def test_who_stood_still_between_looking_and_signing_signs_for_a_time_long_gone():
    relay = Relay().catch_up()
    relay.signs._heard_at -= A_MINUTE

    relay.look()

    assert not is_kept()


def test_a_look_that_leaves_something_behind_signs_for_no_later_time():
    relay = Relay().catch_up()
    (before,) = times()

    relay.signs._heard_at = before + 5
    relay.look(is_all=False)
    assert times() == {before}

    relay.signs._heard_at = before + 5
    relay.look()
    assert times() == {before + 5}


def test_a_clock_of_redis_that_is_put_back_keeps_none_in_use():
    Relay().catch_up()

    pass_by(-3_600_000)

    assert not is_kept()


def test_a_change_names_a_new_one_at_once():
    relay = Relay().catch_up()
    (before,) = set(names())

    relay.at -= signs.EVERY_SECONDS
    relay.look(sees_change=True)

    (after,) = set(names())
    assert before != after


def test_without_a_change_it_signs_five_times_a_second():
    relay, given = Relay(), set()
    for hundredth in range(100):
        relay.at = hundredth / 100 - signs.EVERY_SECONDS
        relay.look()
        given.add(redis.client().hget(generations.SIGNED, 0))

    assert len(given) == 5


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
