"""Connections of the event loop to Redis, over TCP."""

from typing import Any

from redis.asyncio import Connection
from redis.exceptions import ConnectionError as Cut


class Wary(Connection):
    """Says so where the other side has reset it; CPython before 3.13.6 raises AttributeError for that."""

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Raises redis-py's ConnectionError for a connection that is no more."""
        if self._writer is not None and self._writer.is_closing():
            await self.disconnect(nowait=True)
            raise Cut("Connection was reset")
        await super().send_packed_command(command, check_health)
