"""A client has one writer, and one end."""

import asyncio
from datetime import UTC, datetime, timedelta

from consumers.backlog import FRAMES, MOST_FRAMES
from consumers.client import SLOW_SECONDS, Client
from consumers.codes import Code

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Socket:
    """Takes frames while it is open for them."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: list[Code] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.client = Client(send=self.send, close=self.close, expires_at=NOW)

    async def send(self, frame: str) -> None:
        await self.is_open.wait()
        self.sent.append(frame)

    async def close(self, code: Code) -> None:
        self.closed.append(code)


async def rest():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_frames_are_written_in_order_once_it_has_started():
    socket = Socket()
    socket.client.push("a")
    socket.client.start()
    socket.client.push("b")
    await rest()

    assert socket.sent == ["a", "b"]
    socket.client.stop()


async def test_a_client_that_does_not_read_is_far_behind_at_once():
    socket = Socket()
    socket.is_open.clear()
    socket.client.start()
    await rest()
    for number in range(MOST_FRAMES + 2):
        socket.client.push(str(number))
    await rest()

    assert (socket.closed, len(socket.client.backlog)) == ([Code.TOO_SLOW], 0)
    socket.is_open.set()
    await rest()
    assert socket.sent == []


async def test_a_long_backlog_is_borne_for_five_seconds():
    socket = Socket()
    for number in range(FRAMES + 1):
        socket.client.push(str(number))

    early = NOW - timedelta(hours=1)
    for at in (0.0, SLOW_SECONDS - 1):
        socket.client.check(now=early, at=at)
    assert socket.client.ended is None
    socket.client.check(now=early, at=SLOW_SECONDS)

    assert socket.client.ended is Code.TOO_SLOW


async def test_the_first_end_counts():
    socket = Socket()
    socket.client.check(now=NOW, at=0)
    socket.client.end(Code.TOO_SLOW)
    socket.client.push("late")
    await rest()

    assert (socket.closed, len(socket.client.backlog)) == ([Code.TOKEN_EXPIRED], 0)
