"""What keeps the hub going: its link to Redis, and one look a second for all sockets (no timer each)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from django.db import Error as DatabaseError

from consumers import seats
from consumers.hub import Hub

log = logging.getLogger(__name__)
BLIND_LOOK_SECONDS = 2.0  # how often sign-ins are looked up while Redis is away
_tasks: set[asyncio.Task[None]] = set()


def begin(hub: Hub) -> None:
    """Start the rounds; a second call does nothing."""
    if not _tasks:
        for work in (hub.link.run, _checks(hub), _catch_ups(hub), _renewals(hub), seats.show_life):
            _tasks.add(asyncio.create_task(_for_ever(work)))


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """An outer loop: a fault in one round is told, and the next one comes."""
    while True:
        try:
            await work()
        except DatabaseError as error:
            log.warning("sockets wait for the database: %s", error)
        except Exception:
            log.exception("a round of the sockets failed")
        await asyncio.sleep(1)


def _checks(hub: Hub) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        hub.check()

    return check


def _catch_ups(hub: Hub) -> Callable[[], Awaitable[None]]:
    looked_at = 0.0

    async def catch_up() -> None:
        nonlocal looked_at
        if hub.may_have_missed and hub.link.is_up:
            await hub.catch_up()
        elif not hub.link.is_up and time.monotonic() - looked_at > BLIND_LOOK_SECONDS:
            looked_at = time.monotonic()
            await hub.sign_ins.look_up()

    return catch_up


def _renewals(hub: Hub) -> Callable[[], Awaitable[None]]:
    async def renew() -> None:
        await asyncio.sleep(seats.RENEW_SECONDS)
        await seats.renew(tuple(hub.clients))

    return renew
