"""What keeps the hub going: its link to Redis, and one look a second for all sockets (no timer each)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.db import Error as DatabaseError

from consumers import seats
from consumers.healing import Healer
from consumers.hub import Hub

log = logging.getLogger(__name__)
SIGN_OUT_SECONDS = 3.0  # between looks; a sign-out closes sockets within five, whoever is dead or behind
_tasks: set[asyncio.Task[None]] = set()


def begin(hub: Hub) -> None:
    """Start the rounds; a second call does nothing."""
    if not _tasks:
        healer = Healer(hub)
        works = (
            healer.check_positions,
            _renewals(hub),
            _checks(hub, healer),
            seats.show_life,
        )
        for work in works:
            _tasks.add(asyncio.create_task(_for_ever(work, pause=1.0)))
        _tasks.add(asyncio.create_task(_for_ever(hub.sign_ins.look_up, pause=SIGN_OUT_SECONDS)))
        _tasks.add(asyncio.create_task(_for_ever(hub.sources.link.run, pause=1.0)))
        _tasks.add(asyncio.create_task(_for_ever(healer.heal, pause=0.0)))


async def _for_ever(work: Callable[[], Awaitable[None]], *, pause: float) -> None:
    """An outer loop: a fault in one round is told, and the next one comes."""
    while True:
        try:
            await work()
            await asyncio.sleep(pause)
        except DatabaseError as error:
            log.warning("sockets wait for the database: %s", error)
            await asyncio.sleep(1)
        except Exception:
            log.exception("a round of the sockets failed")
            await asyncio.sleep(1)


def _checks(hub: Hub, healer: Healer) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        hub.check()
        healer.check_debts()

    return check


def _renewals(hub: Hub) -> Callable[[], Awaitable[None]]:
    async def renew() -> None:
        await asyncio.sleep(seats.RENEW_SECONDS)
        clients = tuple(hub.clients)
        await seats.renew(clients)
        for client in set(clients) - hub.clients:  # who left meanwhile may have been given its seat again
            await seats.leave(client)

    return renew
