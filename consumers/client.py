"""One socket as the hub sees it: what waits for it, its one writer, and its end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

from consumers.backlog import Backlog
from consumers.codes import Code

SLOW_SECONDS = 5.0


class Client:
    """Belongs to one event loop. `send` waits while the socket's own buffer is full, `close` never does."""

    def __init__(
        self,
        *,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[Code], Awaitable[None]],
        user_id: UUID | None = None,
        session_id: UUID | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        self.id = uuid4().hex
        self.user_id = user_id
        self.session_id = session_id
        self.expires_at = expires_at
        self.backlog = Backlog()
        self.ended: Code | None = None
        self.is_let_in = False  # until then its sign-in is the consumer's to check
        self._send = send
        self._close = close
        self._long_since: float | None = None
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write what waits, in a task that lives as long as the socket."""
        if self.ended is None:
            self._writer = asyncio.create_task(self._write())

    def push(self, frame: str, *, slot: str | None = None) -> None:
        """Queue a frame; a client that is far behind is ended instead."""
        if self.ended is not None:
            return
        self.backlog.add(frame, slot=slot)
        self._wake.set()
        if self.backlog.is_far_too_long:
            self.end(Code.TOO_SLOW)

    def end(self, code: Code) -> None:
        """Close the socket with the code, whatever still waits; the first end counts."""
        if self.ended is None:
            self.ended = code
            self.backlog.clear()
            self._ending = asyncio.create_task(self._finish(code))

    def check(self, *, now: datetime, at: float) -> None:
        """The look of every second: is the token over, has it been slow for too long? `at` is monotonic."""
        if self.expires_at is not None and self.expires_at <= now:
            self.end(Code.TOKEN_EXPIRED)
        if not self.backlog.is_long:
            self._long_since = None
        elif self._long_since is None:
            self._long_since = at
        elif at - self._long_since >= SLOW_SECONDS:
            self.end(Code.TOO_SLOW)

    def stop(self) -> None:
        """The socket is gone: nothing more is written."""
        if self._writer is not None:
            self._writer.cancel()

    async def _write(self) -> None:
        with contextlib.suppress(OSError):  # gone; the server says so to the consumer
            while True:
                await self._wake.wait()
                self._wake.clear()
                while (frame := self.backlog.take()) is not None:
                    await self._send(frame)

    async def _finish(self, code: Code) -> None:
        self.stop()
        with contextlib.suppress(OSError):
            await self._close(code)
