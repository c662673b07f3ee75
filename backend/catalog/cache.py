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
MEMORY_BYTES = 3 * 1024 * 1024
MAKING_MILLISECONDS = 2000  # then who makes an answer is taken for dead
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.01

# KEYS: an address's place. ARGV: the mark of a generation, which stands before its answers, and alone while
# one is made; milliseconds. What is of another generation makes room: else a busy shop would fill Redis.
_FIND = """
local kept = redis.call('GET', KEYS[1])
if kept and string.sub(kept, 1, #ARGV[1]) == ARGV[1] then return kept end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""

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
        place, mark = place_of(address), f"{generation}\n"
        fresh = Answer.of(_found(place, mark) or _made(place, mark, seconds, compute))
    else:
        fresh = Answer.of(compute())
    until = time.monotonic() + min(seconds, MEMORY_SECONDS)
    _memory.keep(address, fresh, generation=generation, until=until)
    return fresh


def place_of(address: str) -> str:
    """Its key in Redis."""
    return f"catalog:{shapes.VERSION}:{hashlib.sha256(address.encode()).hexdigest()}"


def _found(place: str, mark: str) -> str | None:
    """What is kept there, waited for if another process makes it now. None: it is on us, and marked so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline and not redis.is_resting():
            kept = redis.client().eval(_FIND, 1, place, mark, MAKING_MILLISECONDS)
            if kept != mark:
                return None if kept is None else str(kept).removeprefix(mark)
            time.sleep(POLL_SECONDS)
    except RedisError as error:
        _away(error)
    return None


def _made(place: str, mark: str, seconds: int, compute: Callable[[], str]) -> str:
    """Computed and kept. What can't be computed leaves no mark that others would wait at."""
    marked = None
    try:
        text = compute()
        marked = mark + text
    finally:
        _put(place, marked, seconds)
    return text


def _put(place: str, marked: str | None, seconds: int) -> None:
    if redis.is_resting():
        return
    try:
        if marked is None:
            redis.client().delete(place)
        else:
            redis.client().set(place, marked, ex=seconds)
    except RedisError as error:
        _away(error)


def _away(error: RedisError) -> None:
    log.warning("catalogue answer not kept: %s", error)
    redis.rest()
