"""Connections of the event loop to Redis, over TCP."""

import re
from typing import Any

from redis.asyncio import Connection
from redis.exceptions import ConnectionError as Cut
from redis.exceptions import ResponseError


class Wary(Connection):
    """Says so where the other side has reset it; CPython before 3.13.6 raises AttributeError for that."""

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Raises redis-py's ConnectionError for a connection that is no more."""
        if self._writer is not None and self._writer.is_closing():
            await self.disconnect(nowait=True)
            raise Cut("Connection was reset")
        await super().send_packed_command(command, check_health)


async def server_of(connection: Connection) -> str:
    """Which process answers: another one after a restart or a fail-over. "" where nobody may ask."""
    await connection.send_command("INFO", "server", check_health=False)
    try:
        answer = str(await connection.read_response())
    except ResponseError:
        return ""
    found = re.search(r"run_id:(\w+)", answer)
    return found[1] if found else ""
