"""A client is written to in order, and has one end."""

import asyncio
from datetime import UTC, datetime, timedelta

from consumers.backlog import FRAMES, MOST_FRAMES
from consumers.client import PING_SECONDS, PONG_SECONDS, SLOW_SECONDS, Client
from consumers.codes import Code
from consumers.dialects import APPS, PLAIN
from consumers.outgoing import Outgoing

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EARLY = NOW - timedelta(hours=1)


class Socket:
    """Takes frames while it is open for them, as uvicorn does."""

    def __init__(self, dialect=PLAIN) -> None:
        self.sent: list[str | int] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.ended: list[Client] = []
        self.client = Client(send=self.send, dialect=dialect, on_end=self.ended.append)
        self.client.expires_at = NOW

    async def send(self, message) -> None:
        await self.is_open.wait()
        self.sent.append(message.get("text") or message["code"])

    def push(self, *texts: str, slot: str | None = None) -> None:
        for text in texts:
            self.client.push(Outgoing(text), slot=slot)


async def rest():
    for _ in range(8):
        await asyncio.sleep(0)


async def test_what_waits_for_the_start_is_written_first():
    socket = Socket()
    socket.push("a", "b")
    socket.client.start()
    socket.push("c")

    assert socket.sent == ["a", "b", "c"]


async def test_a_socket_that_takes_it_is_written_to_without_a_turn_of_the_loop():
    socket = Socket()
    socket.client.start()
    tasks = len(asyncio.all_tasks())
    socket.push("a", "b")

    assert (socket.sent, len(asyncio.all_tasks())) == (["a", "b"], tasks)


async def test_a_socket_that_is_full_gets_its_frames_in_order_later():
    socket = Socket()
    socket.client.start()
    socket.is_open.clear()
    socket.push("a", "b", "c")
    await rest()
    assert socket.sent == []

    socket.is_open.set()
    await rest()

    assert socket.sent == ["a", "b", "c"]
    socket.push("d")
    assert socket.sent[-1] == "d"


async def test_what_waits_for_an_app_is_joined():
    socket = Socket(APPS)
    socket.client.start()
    socket.is_open.clear()
    socket.push("a", "b", "c")
    socket.is_open.set()
    await rest()

    assert socket.sent == ["a", "b\nc"]


async def test_a_client_that_does_not_read_is_far_behind_at_once():
    socket = Socket()
    socket.is_open.clear()
    socket.client.start()
    socket.push(*map(str, range(MOST_FRAMES + 3)))

    assert (socket.client.ended, len(socket.client.backlog)) == (Code.TOO_SLOW, 0)
    assert socket.ended == [socket.client]
    socket.is_open.set()
    await rest()
    assert socket.sent == [3008]


async def test_a_long_backlog_is_borne_for_five_seconds():
    socket = Socket()
    socket.push(*map(str, range(FRAMES + 1)))

    for at in (0.0, SLOW_SECONDS - 1):
        socket.client.check(now=EARLY, at=at)
    assert socket.client.ended is None
    socket.client.check(now=EARLY, at=SLOW_SECONDS)

    assert socket.client.ended is Code.TOO_SLOW


async def test_the_first_end_counts():
    socket = Socket()
    socket.client.start()
    socket.client.check(now=NOW, at=0)
    socket.client.end(Code.TOO_SLOW)
    socket.push("late")
    await rest()

    assert (socket.sent, len(socket.client.backlog)) == ([3005], 0)


async def test_an_app_has_time_to_refresh_and_is_told_before_the_close():
    socket = Socket(APPS)
    socket.client.check(now=NOW + timedelta(seconds=24), at=0)
    assert socket.client.ended is None

    socket.client.check(now=NOW + timedelta(seconds=25), at=0)
    await rest()

    assert socket.sent == ['{"push":{"disconnect":{"code":3005,"reason":"token expired"}}}', 3005]


async def test_an_app_is_pinged_and_must_answer():
    socket = Socket(APPS)
    socket.client.start()
    socket.client.begin_pings(at=0)
    for at in (PING_SECONDS - 1, PING_SECONDS, PING_SECONDS + 1):
        socket.client.check(now=EARLY, at=at)
    assert socket.sent == ["{}"]

    socket.client.ponged()
    socket.client.check(now=EARLY, at=2 * PING_SECONDS)
    assert socket.sent == ["{}", "{}"]

    socket.client.check(now=EARLY, at=2 * PING_SECONDS + PONG_SECONDS)
    assert socket.client.ended is Code.NO_PONG


async def test_pings_are_punctual_however_much_else_is_told():
    socket, pinged_at = Socket(APPS), []
    socket.client.start()
    socket.client.begin_pings(at=0)
    for at in range(4 * int(PING_SECONDS)):
        socket.push("news")
        socket.client.check(now=EARLY, at=at)
        socket.push("news")
        if socket.sent[-2] == "{}":
            pinged_at.append(at)
            socket.client.ponged()

    assert pinged_at == [PING_SECONDS, 2 * PING_SECONDS, 3 * PING_SECONDS]


async def test_who_does_not_say_who_it_is_is_sent_away():
    socket = Socket(APPS)
    socket.client.entry_by = 10.0
    socket.client.check(now=EARLY, at=9.9)
    assert socket.client.ended is None

    socket.client.check(now=EARLY, at=10.0)

    assert socket.client.ended is Code.NO_SIGN_IN


async def test_a_socket_that_is_gone_is_no_fault():
    class Gone(Socket):
        async def send(self, message) -> None:
            raise ConnectionResetError

    socket = Gone()
    socket.client.start()
    socket.push("a", "b")
    socket.client.end(Code.TOO_SLOW)
    await rest()

    assert socket.sent == []
