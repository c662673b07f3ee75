"""How long this process waits for Stripe, for how many at once, and that it keeps no database meanwhile.

Each call runs in one of a few threads of its own. So whoever asked stops waiting when its time is over, even
where no timeout of the SDK counts (a name server that hangs, an answer that comes byte by byte), and the
threads' connections to Stripe are used again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.db import connections

from backend.payments.provider import ProviderUnavailable

# Of the 15 s that a request may take (contract), what the database is left with is for its locks.
REQUEST_SECONDS = 10.0
# One call with its retry: twice 2 s to connect and 5 s to read, and a pause (gateway).
CALL_SECONDS = 15.0
CALLS_AT_ONCE = 16
MOST_WAITING = 64

_until: ContextVar[float] = ContextVar("until")
_places = threading.BoundedSemaphore(MOST_WAITING)


@contextmanager
def of_a_request() -> Iterator[None]:
    """All that is asked of Stripe in here takes 10 s at most; then ProviderUnavailable is raised."""
    reset = _until.set(time.monotonic() + REQUEST_SECONDS)
    try:
        yield
    finally:
        _until.reset(reset)


def ask[Answer](call: Callable[[], Answer]) -> Answer:
    """What `call` returns or raises; ProviderUnavailable if it takes too long or too many wait already.

    A call given up may still reach Stripe: it must do no harm when it is made again. Raises RuntimeError
    inside a transaction, whose locks would be held as long as Stripe likes.
    """
    _leave_database()
    if not _places.acquire(blocking=False):
        raise ProviderUnavailable
    try:
        under_way = _threads().submit(call)
        try:
            return under_way.result(_seconds_left())
        except TimeoutError as error:
            under_way.cancel()
            raise ProviderUnavailable from error
    finally:
        _places.release()


def _seconds_left() -> float:
    until = _until.get(None)
    return CALL_SECONDS if until is None else min(CALL_SECONDS, max(0.0, until - time.monotonic()))


def _leave_database() -> None:
    """Give a pooled connection back: a slow Stripe must not use up the pool that the whole shop shares."""
    for connection in connections.all(initialized_only=True):
        # As Django's own check of durable blocks: those that a test runs in do not count.
        if not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise RuntimeError("Stripe is never asked inside a transaction")
        if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
            connection.close()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="stripe")
