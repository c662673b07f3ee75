"""A server that answers every request alike, as a process: how fast the load generator can go by itself.

`python -m backend.devstack.bench.trivial PORT`.
"""

import asyncio
import signal
import sys

_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status": "ok"}'


class Echo(asyncio.Protocol):
    """One answer for whatever comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(_ANSWER)


async def main(port: int) -> None:
    """Until SIGTERM."""
    loop = asyncio.get_running_loop()
    is_over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, is_over.set)
    server = await loop.create_server(Echo, "127.0.0.1", port)
    await is_over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
