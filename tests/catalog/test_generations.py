"""Which generation is in use: it follows the newest soon, in turns, and for every process at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from redis import RedisError

from backend.catalog import generations
from backend.core import redis
from backend.devstack import processes
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change

WELL_BELOW_TWO_SECONDS = 1.5
CROWD = 8
PATIENCE = 20


class CountingLock:
    """A lock that tells how many have come to it."""

    def __init__(self):
        self.lock, self.came = threading.Lock(), threading.Semaphore(0)

    def __enter__(self):
        self.came.release()
        self.lock.acquire()

    def __exit__(self, *error):
        self.lock.release()

    def wait_for(self, number):
        for _ in range(number):
            assert self.came.acquire(timeout=PATIENCE)


@pytest.fixture
def in_use_anew():
    """What a process sees that looks for the first time."""

    def look():
        generations._seen = ("", 0.0)
        return generations.in_use()

    return look


def test_it_is_the_same_for_all_until_something_changes(in_use_anew):
    first = generations.in_use()

    assert [in_use_anew(), in_use_anew()] == [first, first]
    redis.client().delete(generations.IN_USE)
    assert in_use_anew() == first == redis.client().get(generations.NEWEST)


def test_however_much_changes_it_turns_once(in_use_anew, monkeypatch):
    monkeypatch.setattr(generations, "TURN_MILLISECONDS", 60_000)
    first = generations.in_use()
    for _ in range(10):
        tell_of_a_change()

    assert in_use_anew() == first
    assert 0 < redis.client().pttl(generations.IN_USE) <= generations.TURN_MILLISECONDS


def test_a_change_is_followed_well_below_two_seconds():
    first = generations.in_use()
    tell_of_a_change()

    assert processes.wait_until(lambda: generations.in_use() != first, seconds=PATIENCE)
    assert generations.in_use() == redis.client().get(generations.NEWEST)
    assert generations.TURN_MILLISECONDS / 1000 + generations.LOOK_SECONDS < WELL_BELOW_TWO_SECONDS


def test_a_process_looks_rarely(monkeypatch):
    monkeypatch.setattr(generations, "LOOK_SECONDS", 60.0)
    first = generations.in_use()

    monkeypatch.setattr(redis, "client", lambda: pytest.fail("it has just looked"))

    assert generations.in_use() == first


def test_a_clock_of_redis_that_is_put_back_keeps_none_in_use(in_use_anew):
    first = generations.in_use()
    tell_of_a_change()

    redis.client().pexpire(generations.IN_USE, 3_600_000)

    assert in_use_anew() == redis.client().get(generations.NEWEST) != first


def test_who_waited_for_a_slow_look_goes_by_the_next_one_together(monkeypatch):
    """The first began before they came, and what it heard may be old; the second did not."""
    looks, is_slow, may_end = [], threading.Event(), threading.Event()

    def look(*words):
        looks.append(words)
        is_slow.set()
        assert may_end.wait(PATIENCE)
        return f"look {len(looks)}"

    monkeypatch.setattr(generations, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(redis, "client", lambda: SimpleNamespace(eval=look))
    monkeypatch.setattr(generations, "_looking", lock := CountingLock())
    with ThreadPoolExecutor(CROWD) as crowd:
        first = crowd.submit(generations.in_use)
        assert is_slow.wait(PATIENCE)
        others = [crowd.submit(generations.in_use) for _ in range(CROWD - 1)]
        lock.wait_for(CROWD)
        may_end.set()

        assert first.result(PATIENCE) == "look 1"
        assert {one.result(PATIENCE) for one in others} == {"look 2"}


def test_with_a_replica_a_name_is_good_for_one_turn_however_far_that_is_behind(settings, in_use_anew):
    settings.CATALOG_DATABASE = "replica"
    names = []
    for _ in range(2):
        look_at_the_catalogue_anew()
        names += [generations.in_use(), in_use_anew()]

    assert names[0] == names[1] != names[2] == names[3]
    assert {name.partition("~")[0] for name in names} == {redis.client().get(generations.NEWEST)}


def test_nobody_knows_it_while_redis_is_away(monkeypatch):
    class Away:
        def eval(self, *words):
            raise RedisError("away")

    monkeypatch.setattr(redis, "client", Away)

    assert generations.in_use() is None
    assert redis.is_resting()
    assert generations.in_use() is None
