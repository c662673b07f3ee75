"""An address that many ask for at once, and whoever makes its answer."""

import threading

from backend.catalog import cache
from backend.catalog.answers import Answer, Answers

PATIENCE = 20


class Maker:
    """Makes an answer slowly, when it is let, and counts how often."""

    def __init__(self):
        self.made = 0
        self.is_making = threading.Event()
        self.may_finish = threading.Event()

    def __call__(self):
        self.made += 1
        self.is_making.set()
        assert self.may_finish.wait(PATIENCE)
        return f"answer {self.made}"


def asked_before():
    """The memory of a process that kept an answer once, of a generation that is over."""
    memory = Answers(most_bytes=10_000)
    memory.keep("/crowded", Answer.of("old"), generation="over", until=0.0)
    return memory


def ask(make):
    return cache.answer(address="/crowded", seconds=60, compute=make).body.decode()
