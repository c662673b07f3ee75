"""Wait until the shop says that it can serve."""

import asyncio
import http.client
import time

from backend.devstack.console import Console

_LOOK_EVERY_SECONDS = 0.2
_REMIND_EVERY_SECONDS = 15.0


async def wait_until_ready(port: int, *, console: Console) -> None:
    """Returns at the first 200 of /readyz; until then says now and again what it answers instead."""
    reminded_at = time.monotonic()
    while True:
        answer = await asyncio.to_thread(_ask, port)
        if answer.startswith("200"):
            return
        if time.monotonic() - reminded_at > _REMIND_EVERY_SECONDS:
            reminded_at = time.monotonic()
            console.say(f"still waiting for /readyz: {answer}")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _ask(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
