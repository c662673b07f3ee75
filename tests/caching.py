"""What `--cache` says: guests' answers never kept, or each one served as it was kept for other processes."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from api import public_answers
from backend.catalog import cache
from backend.catalog.answers import Answer, Answers

MODES = ("on", "off", "shared")


class _Forgetful(Answers):
    """As if this process had been asked before, and had dropped it."""

    def find(self, address: str, *, generation: str, now: float) -> None:
        return None

    def knows(self, address: str) -> bool:
        return True


def _computed(*, address: str, seconds: int, compute: Callable[[], str]) -> Answer:
    return Answer.of(compute())


def _found(*, address: str, seconds: int, compute: Callable[[], str]) -> Answer:
    """What another who asked just now left in Redis."""
    cache.answer(address=address, seconds=seconds, compute=compute)
    return cache.answer(address=address, seconds=seconds, compute=compute)


def use(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For one test. `on` is as it is in the shop."""
    if mode == "off":
        monkeypatch.setattr(public_answers, "cache", SimpleNamespace(answer=_computed))
    elif mode == "shared":
        monkeypatch.setattr(cache, "_memory", _Forgetful(most_bytes=0))
        monkeypatch.setattr(public_answers, "cache", SimpleNamespace(answer=_found))
