"""A TCP proxy that does what bad networks do: slow, deaf, torn, half gone. It has a thread of its own."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 64 * 1024
START_SECONDS = 30
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Wire:
    """One connection of a client, and ours to the server for it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    is_forgotten: bool = False  # nothing passes any more, and neither side is told

    def tear(self) -> None:
        """Both sides see a reset."""
        for side in (self.client, self.server):
            raw = side.get_extra_info("socket")
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            side.transport.abort()

    def shut(self) -> None:
        """Both sides see an end."""
        self.client.close()
        self.server.close()


@dataclass(eq=False)
class Proxy:
    """What is set counts for all connections, the old and the new. Change it from any thread."""

    upstream: int  # the server's port; new connections go there
    receive_buffer: int = 0  # SO_RCVBUF of what we read from the server, for a slow reader
    latency: float = 0.0  # seconds a chunk is on its way, in either direction
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _wires: set[Wire] = field(default_factory=set)
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _reads: asyncio.Event = field(default_factory=asyncio.Event)
    _left: int | None = None  # bytes that may still go to a client

    def stall(self) -> None:
        """Nothing passes, nobody is told, and nothing is lost."""
        self._call(self._flows.clear)

    def stop_reading(self) -> None:
        """What the server says is left in its buffers; what clients say goes on."""
        self._call(self._reads.clear)

    def flow(self) -> None:
        """Undo both."""
        self._call(self._flows.set)
        self._call(self._reads.set)

    def reset(self) -> None:
        """Tear every connection; the next ones are welcome."""
        self._call(lambda: [wire.tear() for wire in tuple(self._wires)])

    def forget(self) -> None:
        """Half open: of today's connections nothing arrives any more, and neither side is told."""
        self._call(lambda: [setattr(wire, "is_forgotten", True) for wire in tuple(self._wires)])

    def cut_after(self, number: int) -> None:
        """Tear the connection that has brought its clients so many bytes from now on, in mid-frame or not."""
        self._call(lambda: setattr(self, "_left", number))

    def connections(self) -> int:
        return len([wire for wire in tuple(self._wires) if not wire.is_forgotten])

    async def serve(self, ready: threading.Event) -> None:
        self._flows.set()
        self._reads.set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            with contextlib.suppress(asyncio.CancelledError):
                await server.serve_forever()
            for wire in tuple(self._wires):
                wire.tear()

    def _call(self, change: Callable[[], object]) -> None:
        """Done when this returns."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (change(), done.set()))
        assert done.wait(START_SECONDS)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            answers, server = await self._dial()
        except OSError:
            client.transport.abort()
            return
        wire = Wire(client, server)
        self._wires.add(wire)
        try:
            ways = (self._up(wire, reader), self._down(wire, answers))
            await asyncio.wait([asyncio.create_task(way) for way in ways], return_when="FIRST_COMPLETED")
            wire.shut()
        finally:
            self._wires.discard(wire)

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raw = socket.socket()
        raw.setblocking(False)
        if self.receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        try:
            await self._loop.sock_connect(raw, ("127.0.0.1", self.upstream))
        except OSError:
            raw.close()
            raise
        return await asyncio.open_connection(sock=raw, limit=self.receive_buffer or CHUNK)

    async def _up(self, wire: Wire, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._pass(wire, wire.server, chunk)

    async def _down(self, wire: Wire, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while chunk := await self._read(reader):
                rest = self._take(len(chunk))
                await self._pass(wire, wire.client, chunk[:rest])
                if rest is not None:
                    wire.tear()

    def _take(self, number: int) -> int | None:
        """How many of so many bytes may still pass before the cut; None: it is not yet due."""
        if self._left is None:
            return None
        rest, self._left = self._left, self._left - number
        if self._left > 0:
            return None
        self._left = None
        return rest

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        await self._reads.wait()
        return await reader.read(CHUNK)

    async def _pass(self, wire: Wire, to: asyncio.StreamWriter, chunk: bytes) -> None:
        await asyncio.sleep(self.latency)
        await self._flows.wait()
        if not wire.is_forgotten:
            to.write(chunk)
            await to.drain()


@contextmanager
def before(upstream: int, **settings: int | float) -> Iterator[Proxy]:
    """A proxy before the server at that port."""
    proxy, ready = Proxy(upstream, **settings), threading.Event()
    task: list[asyncio.Task[None]] = []

    async def main() -> None:
        task.append(asyncio.current_task())
        await proxy.serve(ready)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: proxy._loop) as runner:
            runner.run(main())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(START_SECONDS)
        yield proxy
    finally:
        proxy._loop.call_soon_threadsafe(task[0].cancel)
        thread.join(START_SECONDS)
        assert not thread.is_alive()
