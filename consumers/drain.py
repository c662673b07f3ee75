"""The end of the process: everybody is sent elsewhere, but not all at the same moment."""

import asyncio
import random

from django.conf import settings

from consumers.codes import Code
from consumers.hub import Hub

CLIENTS_PER_SECOND = 500  # a few go at once; the more there are, the longer it takes, up to the setting
STEP_SECONDS = 0.02
LEAVE_SECONDS = 2.0


async def close_all(hub: Hub) -> None:
    """Close every socket with 3001 within `SOCKETS_DRAIN_SECONDS`; whoever comes meanwhile at once.

    Returns when all are gone, or two seconds after the last was told: the server may end then, and would tell
    those whose close is not written yet something else.
    """
    hub.is_closing = True
    clients = list(hub.clients)
    random.shuffle(clients)
    seconds = min(settings.SOCKETS_DRAIN_SECONDS, len(clients) / CLIENTS_PER_SECOND)
    steps = max(1, int(seconds / STEP_SECONDS))
    for step in range(steps):
        for client in clients[step::steps]:
            client.end(Code.SHUTTING_DOWN)
        if step + 1 < steps:
            await asyncio.sleep(STEP_SECONDS)
    end = asyncio.get_running_loop().time() + LEAVE_SECONDS
    while hub.present and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(STEP_SECONDS)
