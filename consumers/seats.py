"""How many sockets a user has open, over all processes: leases in Redis, since a process may just die.

A process shows every second that it lives; the seats of one that does not are free once they are wanted.
Were they not, its clients would come back, find their own seats taken, and be told not to come again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID, uuid4

from django.conf import settings

from consumers import store
from consumers.client import Client

log = logging.getLogger(__name__)
LEASE_SECONDS = 60
RENEW_SECONDS = 20.0
LIFE_SECONDS = 3
LOOK_SECONDS = 0.5
LOOKS = 7  # at a process that may have died just now: until its last sign of life is over
PROCESS = uuid4().hex

# By Redis' clock: a process whose own is a minute fast would take the seats of others for over.
# One step for Redis: forget what is over, the own seat (the third argument: a renewal may have been faster)
# and the dead (those after it), sit down if there is room.
_TAKE = """
local now = redis.call('TIME')[1]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for gone = 3, #ARGV do redis.call('ZREM', KEYS[1], ARGV[gone]) end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
_RENEW = """
local over = redis.call('TIME')[1] + ARGV[1]
for seat = 2, #ARGV do redis.call('ZADD', KEYS[1], over, ARGV[seat]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""


async def take(client: Client, *, open_here: int) -> bool:
    """Whether the client's user may have one more. With Redis away, `open_here` of this process decide."""
    if client.user_id is None:
        return True
    try:
        return await _sit_down(client) or await _sit_down(client, dead=await _seats_of_the_dead(client))
    except store.AWAY:
        return open_here <= settings.SOCKETS_PER_USER
    except asyncio.CancelledError:  # it may sit already, and whoever gave up would not know
        await leave(client)
        raise


async def leave(client: Client) -> None:
    """Free the client's seat; if Redis is away the lease runs out by itself."""
    if client.user_id is not None:
        try:
            await store.client().zrem(_key(client), _seat(client))
        except store.AWAY as error:
            log.info("a seat stays taken until its lease ends: %s", error)


async def renew(clients: Collection[Client]) -> None:
    """Keep the seats of the clients that are still here; who is not let in yet takes one, or gives up."""
    seats, pipeline = defaultdict(list), store.pipeline()
    for client in clients:
        if client.user_id is not None and client.is_let_in:
            seats[_key(client)].append(_seat(client))
    for key, held in seats.items():
        pipeline.eval(_RENEW, 1, key, LEASE_SECONDS, *held)
    try:
        await pipeline.execute()
    except store.AWAY as error:
        log.warning("seats not renewed: %s", error)


async def show_life() -> None:
    """This process is there, for the next three seconds."""
    try:
        await store.client().set(_life(PROCESS), "1", ex=LIFE_SECONDS)
    except store.AWAY as error:
        log.info("Redis does not hear that this process lives: %s", error)


async def _sit_down(client: Client, *, dead: Collection[str] = ()) -> bool:
    given = (settings.SOCKETS_PER_USER, LEASE_SECONDS, _seat(client))
    return bool(await store.client().eval(_TAKE, 1, _key(client), *given, *dead))


async def _seats_of_the_dead(client: Client) -> list[str]:
    """Takes its time where others hold seats; none, at once, where all are this process's own."""
    for _ in range(LOOKS):
        seats = [str(seat) for seat in await store.client().zrange(_key(client), 0, -1)]
        others = {_process(seat) for seat in seats} - {PROCESS}
        # One by one, since a cluster keeps their keys in different places.
        dead = {process for process in others if not await store.client().exists(_life(process))}
        if dead or not others:
            return [seat for seat in seats if _process(seat) in dead]
        await asyncio.sleep(LOOK_SECONDS)
    return []


def _seat(client: Client) -> str:
    return f"{PROCESS}:{client.id}"


def _process(seat: str) -> str:
    return seat.partition(":")[0]


def _life(process: str) -> str:
    return f"sockets:process:{process}"


def _key(client: Client) -> str:
    user_id: UUID | None = client.user_id
    return f"sockets:{user_id}"
