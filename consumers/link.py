"""This process's one subscription connection to Redis: it comes back by itself, and says when it was away."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.conf import settings
from redis.asyncio import Connection, ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from backend.outbox import wire
from consumers import connections

log = logging.getLogger(__name__)
QUIET_SECONDS = 5.0
LONGEST_PAUSE = 0.3  # often, so that the relay has no head start when Redis is back
CONFIRM_SECONDS = 2.0


class Link:
    """Subscribes to what is wanted and hands on what is published, in order.

    Speaks RESP2 over a bare connection: redis-py's PubSub reconnects behind its caller's back, and what was
    published meanwhile would be lost without a word.
    """

    def __init__(
        self, *, url: str, on_message: Callable[[str, str], None], on_change: Callable[[bool], None]
    ) -> None:
        """`on_change` hears False when the link is cut, True when all that is wanted is subscribed anew."""
        self._pool: ConnectionPool = ConnectionPool.from_url(
            url,
            decode_responses=True,
            protocol=2,
            socket_timeout=QUIET_SECONDS,  # for the handshake and all that is sent; `_next` has its own
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
            connection_class=connections.Wary,
        )
        self._on_message = on_message
        self._on_change = on_change
        self.is_up = False
        self.server = ""  # which process of Redis it was, the last time it was up
        self._wanted: set[str] = set()
        self._confirmed: set[str] = set()
        self._late: set[str] = set()  # somebody went on without their confirmation
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._sent: set[str] | None = None  # subscribed on this connection; None: there is none
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._tried = asyncio.Event()  # it is known whether Redis is there

    def want(self, channel: str) -> None:
        """Subscribe, now or as soon as Redis is there."""
        self._wanted.add(channel)
        self._change(channel)

    def drop(self, channel: str) -> None:
        """Unsubscribe; not what was wanted a moment ago, whose confirmation may still be on the way."""
        self._wanted.discard(channel)
        self._change(channel)

    async def confirmed(self, channels: Collection[str]) -> None:
        """Wait until Redis has confirmed the wanted channels, or is away (on_change tells of its return).

        Or is too slow: when it does confirm, on_change tells as if it had been away.
        """
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._tried.wait()
                while self.is_up and (missing := self._missing(channels)):
                    await asyncio.wait([self._confirmation(channel) for channel in missing])
        except TimeoutError:
            log.warning("Redis is slow to confirm: %s", ", ".join(channels))
            if self.is_up:
                self._late.update(self._missing(channels))

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        pause = 0.0
        while True:
            connection: Connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
            try:
                await connection.connect()  # type: ignore[no-untyped-call]
                await self._serve(connection)
            except (RedisError, OSError) as error:
                pause = 0.05 if self.is_up else min(LONGEST_PAUSE, pause * 2 + 0.05)
                log.warning("sockets hear nothing of Redis for now: %s", error)
                if not self.is_up:
                    self._tried.set()
            finally:
                self._cut()
                await connection.disconnect(nowait=True)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311

    def _missing(self, channels: Collection[str]) -> list[str]:
        return [channel for channel in channels if channel not in self._confirmed]

    def _confirmation(self, channel: str) -> asyncio.Future[None]:
        return self._waiting.setdefault(channel, asyncio.get_running_loop().create_future())

    async def _serve(self, connection: Connection) -> None:
        """Subscribe to all that is wanted, then write and read until the connection breaks."""
        self.server = await connections.server_of(connection)
        await self._resubscribe(connection)
        self.is_up = True
        self._tried.set()
        self._on_change(True)
        writer = asyncio.create_task(self._write(connection))
        try:
            while True:
                self._hear(await _next(connection))
        finally:
            writer.cancel()

    async def _resubscribe(self, connection: Connection) -> None:
        """Until Redis has confirmed all that is wanted by now."""
        self._sent, self._changed = set(), set(self._wanted)
        while self._changed or not self._confirmed.issuperset(self._wanted):
            if self._changed:
                await self._send_changes(connection)
            else:
                self._hear(await _next(connection))

    async def _write(self, connection: Connection) -> None:
        """The only sender but for pings: what was wanted or dropped since the last look goes out together."""
        try:
            with contextlib.suppress(RedisError, OSError):
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    await self._send_changes(connection)
        finally:
            await connection.disconnect(nowait=True)  # whatever broke, the reader sees it too

    async def _send_changes(self, connection: Connection) -> None:
        changed, self._changed = self._changed, set()
        sent = self._sent if self._sent is not None else set()
        gone, new = (changed & sent) - self._wanted, (changed & self._wanted) - sent
        sent |= new
        sent -= gone
        self._confirmed -= gone
        for command, channels in (("UNSUBSCRIBE", gone), ("SUBSCRIBE", new)):
            for together in _sendable(channels):
                await connection.send_command(wire.command(command), *together, check_health=False)

    def _change(self, channel: str) -> None:
        if self._sent is not None:
            self._changed.add(channel)
            self._wake.set()

    def _hear(self, message: Any) -> None:
        kind, channel, text = message
        if kind in ("message", "smessage"):
            self._on_message(channel, text)
        elif kind in ("subscribe", "ssubscribe"):
            self._confirmed.add(channel)
            if waiting := self._waiting.pop(channel, None):
                waiting.set_result(None)
            if channel in self._late:
                self._late.discard(channel)
                self._on_change(True)
        elif kind == "sunsubscribe" and channel in self._confirmed:
            raise ConnectionError("the cluster has moved a channel to another node")

    def _cut(self) -> None:
        was_up, self.is_up = self.is_up, False
        self._sent = None
        self._confirmed.clear()
        self._late.clear()
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()
        if was_up:
            self._tried.clear()
            self._on_change(False)


def _sendable(channels: set[str]) -> Iterable[Collection[str]]:
    """As many in one command as may be: channels of a cluster are in different slots."""
    if settings.REDIS_CLUSTER:
        return [[channel] for channel in channels]
    return [channels] if channels else []


async def _next(connection: Connection) -> tuple[str, str, str]:
    """The next message; a silent connection is pinged, and given up if it stays silent."""
    for _ in range(2):
        message = await connection.read_response(timeout=QUIET_SECONDS, disconnect_on_error=False)
        if message is not None:
            return (*message, "")[:3]  # a pong has two parts
        await connection.send_command("PING", check_health=False)
    raise ConnectionError("no answer to a ping")
