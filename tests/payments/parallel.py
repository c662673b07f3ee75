"""Calls that cross, each on a connection of its own: at once, or one in a gap of the other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

PATIENCE = 30
LINGER = 0.4


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; what each returned or raised, in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE)
        try:
            return call()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(len(calls))
    running = [pool.submit(run, call) for call in calls]
    pool.shutdown(wait=False)
    return [one.exception(PATIENCE) or one.result() for one in running]


def meanwhile(call: Callable[[], Any]) -> Any:
    """What another process gets from the call, here and now; a lock that we hold would keep it for ever."""
    (result,) = at_once(call)
    if isinstance(result, Exception):
        raise result
    return result


def meet(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, parties: int = 2) -> None:
    """Let every caller of the function wait for the others once it has its answer."""
    real, barrier = getattr(module, name), threading.Barrier(parties)

    def wait(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        barrier.wait(PATIENCE)
        return answer

    monkeypatch.setattr(module, name, wait)


def linger(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Inside a lock nobody else can come: let its holder look out for one a while, and go on alone."""
    real, barrier = getattr(module, name), threading.Barrier(2)

    def wait(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(LINGER)
        return answer

    monkeypatch.setattr(module, name, wait)


def in_the_gap(monkeypatch: pytest.MonkeyPatch, gap: tuple[Any, str, str], call: Callable[[], Any]) -> None:
    """Have another process make the call, once, just before or after the function (module, name, side)."""
    module, name, side = gap
    real, calls = getattr(module, name), [call]

    def cross(*args: Any, **kwargs: Any) -> Any:
        if side == "before" and calls:
            meanwhile(calls.pop())
        try:
            return real(*args, **kwargs)
        finally:
            if side == "after" and calls:
                meanwhile(calls.pop())

    monkeypatch.setattr(module, name, cross)
