"""Guests' answers of the catalogue: kept in this process, what is asked for often in Redis too.

They are kept under the generation in use (generations.py), and never the truth: without Redis an answer is
just computed.
"""

import hashlib
import logging
import time
from collections.abc import Callable

from redis import RedisError

from backend.catalog import generations, shapes
from backend.catalog.answers import Answer, Answers, Flights
from backend.core import redis

CATEGORIES_SECONDS = 3600
PRODUCTS_SECONDS = 300
MEMORY_SECONDS = 60
MEMORY_BYTES = 4 * 1024 * 1024
MAKING = ""  # stands where an answer will be while another process makes it
MAKING_MILLISECONDS = 2000  # ... unless it died
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.01

log = logging.getLogger(__name__)
_memory = Answers(most_bytes=MEMORY_BYTES)
_flights = Flights()


def answer(*, address: str, seconds: int, compute: Callable[[], str]) -> Answer:
    """The JSON kept for this address (scheme, host and query included), else computed and kept for a while.

    Of many who miss it at once one computes it: in this process always, among all processes if it was kept
    before. What is asked for the first time is not worth two journeys to Redis: it may be the last time, too.
    """
    generation = generations.in_use()
    if generation is None:
        return _flights.join((None, address), lambda: Answer.of(compute()))
    kept = _memory.find(address, generation=generation, now=time.monotonic())
    if kept is not None:
        return kept
    return _flights.join((generation, address), lambda: _fetch(generation, address, seconds, compute))


def _fetch(generation: str, address: str, seconds: int, compute: Callable[[], str]) -> Answer:
    """Shared with the other processes if it is asked for often; kept in this one in any case."""
    if _memory.knows(address):
        digest = hashlib.sha256(address.encode()).hexdigest()
        place = f"catalog:{shapes.VERSION}:{generation}:{digest}"
        fresh = Answer.of(_found(place) or _made(place, seconds, compute))
    else:
        fresh = Answer.of(compute())
    until = time.monotonic() + min(seconds, MEMORY_SECONDS)
    _memory.keep(address, fresh, generation=generation, until=until)
    return fresh


def _found(place: str) -> str | None:
    """What is kept there, waited for if another process makes it now. None: it is on us, and marked so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline and not redis.is_resting():
            kept = redis.client().set(place, MAKING, nx=True, get=True, px=MAKING_MILLISECONDS)
            if kept != MAKING:
                return None if kept is None else str(kept)
            time.sleep(POLL_SECONDS)
    except RedisError as error:
        _away(error)
    return None


def _made(place: str, seconds: int, compute: Callable[[], str]) -> str:
    """Computed and kept. What can't be computed leaves no mark that others would wait at."""
    text = MAKING
    try:
        text = compute()
    finally:
        _put(place, text, seconds)
    return text


def _put(place: str, text: str, seconds: int) -> None:
    if redis.is_resting():
        return
    try:
        if text == MAKING:
            redis.client().delete(place)
        else:
            redis.client().set(place, text, ex=seconds)
    except RedisError as error:
        _away(error)


def _away(error: RedisError) -> None:
    log.warning("catalogue answer not kept: %s", error)
    redis.rest()
