"""One socket as the hub sees it: what waits for it, how it is written to, and its end."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.accounts.tokens import Claims
from consumers.backlog import Backlog
from consumers.codes import Code
from consumers.counters import here
from consumers.dialects import Dialect
from consumers.outgoing import Outgoing

log = logging.getLogger(__name__)
ENTRY_SECONDS = 10.0  # in which a socket must have said who it is
SLOW_SECONDS = 5.0
PING_SECONDS = 25.0
PONG_SECONDS = 10.0
FAREWELL_SECONDS = 1.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


def _nobody(client: "Client") -> None:
    """Whom an end interests when nobody said so."""


class Client:
    """Belongs to one event loop. `send` is ASGI's: it waits while the socket's own buffer is full."""

    __slots__ = (
        "_ending",
        "_is_started",
        "_long_since",
        "_on_end",
        "_ping_at",
        "_pong_by",
        "_send",
        "_writer",
        "backlog",
        "dialect",
        "ended",
        "entry_by",
        "expires_at",
        "id",
        "is_let_in",
        "is_staff",
        "session_id",
        "user_id",
    )

    def __init__(self, *, send: Send, dialect: Dialect, on_end: Callable[["Client"], None] = _nobody) -> None:
        self.id = uuid4().hex
        self.dialect = dialect
        self.user_id: UUID | None = None
        self.session_id: UUID | None = None
        self.expires_at: datetime | None = None
        self.is_staff = False
        self.is_let_in = False  # until then its sign-in is the consumer's to check
        self.entry_by: float | None = None  # monotonic: when it must have said who it is
        self.backlog = Backlog()
        self.ended: Code | None = None
        self._send = send
        self._on_end = on_end
        self._is_started = False
        self._long_since: float | None = None
        self._ping_at: float | None = None
        self._pong_by: float | None = None
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    def is_of(self, claims: Claims) -> None:
        """The client acts for whom the token says, as long as it says."""
        self.user_id = claims.user_id
        self.session_id = claims.session_id
        self.expires_at = claims.expires_at

    def start(self) -> None:
        """From here on what is pushed is written, what waits first."""
        self._is_started = True
        if self.ended is None and self._writer is None and (out := self._next()) is not None:
            self._write_soon(out)

    def hold(self) -> None:
        """What is pushed waits for `start`, so that it is written together."""
        self._is_started = False

    async def catch_up(self) -> None:
        """Start, and wait until nothing waits any more; or until the client has ended, being slow."""
        self.start()
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def push(self, out: Outgoing, *, slot: str | None = None) -> None:
        """Write at once if nothing waits, else queue; a client that is far behind is ended instead."""
        if self.ended is not None:
            return
        if self._is_started and self._writer is None:
            self._write_soon(out)
            return
        self.backlog.add(out, slot=slot)
        if self.backlog.is_far_too_long:
            self.end(Code.TOO_SLOW)

    def end(self, code: Code) -> None:
        """Close the socket with the code, whatever still waits; the first end counts."""
        if self.ended is None:
            self.ended = code
            here.closed[int(code)] += 1
            self.stop()
            self._ending = asyncio.get_running_loop().create_task(self._finish(code))
            self._on_end(self)

    def begin_entry(self, *, at: float) -> None:
        """From now on it has ten seconds to say who it is. `at` is monotonic."""
        self.entry_by = at + ENTRY_SECONDS

    def begin_pings(self, *, at: float) -> None:
        """From now on the client is pinged, and must answer. `at` is monotonic."""
        self._ping_at = at + PING_SECONDS

    def ponged(self) -> None:
        """It answered."""
        self._pong_by = None

    def check(self, *, now: datetime, at: float) -> None:
        """The look of every second: too late, too slow, silent? `at` is monotonic."""
        if self.entry_by is not None and self.entry_by <= at:
            self.end(Code.NO_SIGN_IN)
        if self.expires_at is not None and self.expires_at + self.dialect.grace <= now:
            self.end(Code.TOKEN_EXPIRED)
        if self._is_slow(at):
            self.end(Code.TOO_SLOW)
        if self._ping_at is not None:
            self._ping(at)

    def stop(self) -> None:
        """Nothing more is written."""
        self.backlog.clear()
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _is_slow(self, at: float) -> bool:
        if not self.backlog.is_long:
            self._long_since = None
        elif self._long_since is None:
            self._long_since = at
        return self._long_since is not None and at - self._long_since >= SLOW_SECONDS

    def _ping(self, at: float) -> None:
        if self._pong_by is not None and self._pong_by <= at:
            self.end(Code.NO_PONG)
        elif self._ping_at is not None and self._ping_at <= at and self.dialect.ping is not None:
            self._ping_at = at + PING_SECONDS
            self._pong_by = at + PONG_SECONDS
            self.push(self.dialect.ping)

    def _next(self) -> Outgoing | None:
        return self.backlog.take_joined() if self.dialect.joins else self.backlog.take()

    def _write_soon(self, out: Outgoing) -> None:
        """In a task that mostly is done at once, with no turn of the loop; a full buffer makes it wait."""
        task = asyncio.Task(self._write(out), loop=asyncio.get_running_loop(), eager_start=True)
        if not task.done():
            self._writer = task

    async def _write(self, out: Outgoing | None) -> None:
        try:
            while out is not None:
                await self._send(out.message)
                out = self._next()
        except OSError:  # gone; the server says so to the consumer
            self.backlog.clear()
        self._writer = None

    async def _finish(self, code: Code) -> None:
        with contextlib.suppress(OSError):
            farewell = self.dialect.farewell(code)
            if farewell is not None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FAREWELL_SECONDS):
                        await self._send(farewell.message)
            await self._send({"type": "websocket.close", "code": int(code), "reason": code.reason})
