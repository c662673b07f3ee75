"""What the relays sign for keeps a generation in use; whatever is not signed for lasts one turn."""

import pytest

from backend.catalog import generations, signs
from backend.core import redis
from backend.outbox import shards
from tests.catalog.signing import A_MINUTE, Relay, names

pytestmark = pytest.mark.usefixtures("signs_last_a_minute")
HALF = frozenset(range(8))


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


def test_without_a_change_it_signs_five_times_a_second():
    relay, given = Relay(), set()
    for hundredth in range(100):
        relay.at = hundredth / 100 - signs.EVERY_SECONDS
        relay.look()
        given.add(redis.client().hget(generations.SIGNED, 0))

    assert len(given) == 5
