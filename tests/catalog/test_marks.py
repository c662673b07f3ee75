"""Among processes one makes what is not kept: its mark in Redis lets the others wait, and not for long."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.catalog import cache, generations
from backend.catalog.answers import Answer, Answers, Flights
from backend.core import redis
from backend.core.errors import Missing
from tests.catalog.crowded import PATIENCE, Maker, ask, asked_before
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change

pytestmark = pytest.mark.usefixtures("is_crowded")


class Process:
    """What each process has for itself."""

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch
        self.parts = {"_memory": asked_before(), "_flights": Flights()}

    def ask(self, make):
        for name, part in self.parts.items():
            self.monkeypatch.setattr(cache, name, part)
        return ask(make)


def test_another_process_waits_for_it(monkeypatch):
    make, here, there = Maker(), Process(monkeypatch), Process(monkeypatch)
    polls = threading.Semaphore(0)
    monkeypatch.setattr(cache.time, "sleep", lambda seconds: (polls.release(), threading.Event().wait(0.01)))
    monkeypatch.setattr(cache, "PATIENCE_SECONDS", PATIENCE)
    with ThreadPoolExecutor(2) as both:
        first = both.submit(here.ask, make)
        assert make.is_making.wait(PATIENCE)
        second = both.submit(there.ask, make)
        assert polls.acquire(timeout=PATIENCE)
        make.may_finish.set()

        assert [first.result(PATIENCE), second.result(PATIENCE)] == ["answer 1", "answer 1"]

    assert make.made == 1


def test_what_one_process_made_another_need_not(monkeypatch):
    assert Process(monkeypatch).ask(lambda: "made here") == "made here"

    assert Process(monkeypatch).ask(lambda: "made there") == "made here"


def test_what_is_asked_for_the_first_time_is_not_shared(monkeypatch):
    monkeypatch.setattr(cache, "_memory", Answers(most_bytes=10_000))

    assert ask(lambda: "made") == "made"

    assert redis.client().keys("catalog:*") == []
    assert ask(lambda: "made anew") == "made"


def test_nobody_waits_long_for_a_process_that_died(monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE_SECONDS", 0.05)
    redis.client().set(cache.place_of("/crowded"), f"{generations.in_use()}\n")

    assert ask(lambda: "mine") == "mine"


def test_an_address_has_one_place_however_often_the_generation_turns():
    for turn in range(3):
        look_at_the_catalogue_anew()
        tell_of_a_change()
        cache._memory.keep("/crowded", Answer.of("old"), generation="over", until=0.0)

        assert ask(lambda turn=turn: f"made {turn}") == f"made {turn}"

    (place,) = redis.client().keys("catalog:*")
    assert redis.client().get(place) == f"{generations.in_use()}\nmade 2"


def test_what_can_not_be_made_leaves_no_mark():
    def fail():
        raise Missing("No such product")

    with pytest.raises(Missing):
        ask(fail)

    assert redis.client().keys("catalog:*") == []
    assert ask(lambda: "there now") == "there now"


def test_a_mark_does_not_outlive_who_made_it():
    def look():
        (place,) = redis.client().keys("catalog:*")
        assert 0 < redis.client().pttl(place) <= cache.MAKING_MILLISECONDS
        return "made"

    assert ask(look) == "made"


def test_nothing_is_kept_under_a_generation_that_began_later():
    """It was looked up before the answer was made: what changed meanwhile has a newer one."""
    before = generations.in_use()

    def change_meanwhile():
        tell_of_a_change()
        redis.client().delete(generations.IN_USE)
        generations._seen = ("", 0.0)
        assert generations.in_use() != before
        return "old"

    assert ask(change_meanwhile) == "old"
    assert ask(lambda: "new") == "new"
