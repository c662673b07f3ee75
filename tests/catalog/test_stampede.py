"""However many ask one process at once for what is not kept, one of its threads makes it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.catalog import cache, generations
from backend.catalog.answers import Answer, Flights
from backend.core.errors import Missing
from tests.catalog.crowded import PATIENCE, Maker, ask

pytestmark = pytest.mark.usefixtures("is_crowded")
CROWD = 32


class Roll(dict):
    """Of flights; tells whenever somebody has joined one."""

    def __init__(self):
        super().__init__()
        self.came = threading.Semaphore(0)

    def setdefault(self, key, value):
        found = super().setdefault(key, value)
        self.came.release()
        return found


def test_of_a_crowd_one_makes_it():
    make = Maker()
    with ThreadPoolExecutor(CROWD) as crowd:
        asked = [crowd.submit(ask, make) for _ in range(CROWD)]
        assert make.is_making.wait(PATIENCE)
        make.may_finish.set()

        assert {one.result(PATIENCE) for one in asked} == {"answer 1"}

    assert make.made == 1


def test_of_a_crowd_one_makes_it_while_redis_is_away(monkeypatch):
    make, roll = Maker(), Roll()
    monkeypatch.setattr(generations, "in_use", lambda: None)
    monkeypatch.setattr(cache._flights, "_running", roll)
    with ThreadPoolExecutor(CROWD) as crowd:
        asked = [crowd.submit(ask, make) for _ in range(CROWD)]
        for _ in range(CROWD):
            assert roll.came.acquire(timeout=PATIENCE)
        make.may_finish.set()

        assert {one.result(PATIENCE) for one in asked} == {"answer 1"}

    assert ask(lambda: "made anew") == "made anew"


def test_when_the_one_fails_the_others_ask_for_themselves():
    flights, make = Flights(), Maker()

    def fail():
        make()
        raise Missing("No such product")

    with ThreadPoolExecutor(2) as crowd:
        failing = crowd.submit(flights.join, "key", fail)
        assert make.is_making.wait(PATIENCE)
        waiting = crowd.submit(flights.join, "key", lambda: Answer.of("mine"))
        make.may_finish.set()

        assert waiting.result(PATIENCE) == Answer.of("mine")
        with pytest.raises(Missing):
            failing.result(PATIENCE)
