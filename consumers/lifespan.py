"""The process's life as an ASGI server tells it: on SIGTERM sockets go first, the server after them.

uvicorn cuts every socket (1012) the moment it is told to stop, and tells the application only afterwards. So
its signal handlers are put behind the drain. A server that has none (Daphne) drains in its own way.
"""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from consumers import drain
from consumers.hub import the_hub

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_draining: set[asyncio.Task[None]] = set()


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """ASGI's lifespan protocol."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _drain_first(asyncio.get_running_loop())
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _drain_first(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        server = signal.getsignal(number)
        if callable(server) and server is not signal.default_int_handler:
            signal.signal(number, _handler(loop, server))


def _handler(
    loop: asyncio.AbstractEventLoop, server: Callable[[int, FrameType | None], Any]
) -> Callable[[int, FrameType | None], None]:
    async def drained(number: int) -> None:
        await drain.close_all(the_hub())
        server(number, None)

    def handle(number: int, frame: FrameType | None) -> None:
        if the_hub().is_closing:
            server(number, frame)  # told twice: at once
        else:
            loop.call_soon_threadsafe(lambda: _draining.add(loop.create_task(drained(number))))

    return handle
