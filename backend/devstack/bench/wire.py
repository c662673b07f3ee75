"""HTTP over one connection that is kept: a request, then its answer."""

import asyncio
import json
import re
from typing import Any, Self

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Unexpected(RuntimeError):
    """An answer that is not what such a request gets."""


class Wire:
    """To a server of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, request: str) -> Any:
        """The JSON of a 2xx. Raises what `fetch` raises."""
        return json.loads(await self.fetch(request))

    async def fetch(self, request: str) -> bytes:
        """The body of a 2xx. Raises Unexpected, OSError, IncompleteReadError."""
        self._writer.write(request.encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        body = await self._reader.readexactly(int(found[1]) if found else 0)
        if head[9:10] != b"2":
            line = request.partition("\r\n")[0]
            raise Unexpected(f"{line}: {head[9:12].decode()} {body[:300].decode(errors='replace')}")
        return body
