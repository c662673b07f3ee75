"""A websocket client that does as little as it can: what 500 of them cost must not be what is measured."""

import asyncio
import re
import socket
import struct
from collections.abc import Callable

_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: c2hvcHdpcmUtYmVuY2ghIQ==\r\nSec-WebSocket-Version: 13\r\n{token}\r\n"
)
_VERSION = re.compile(rb'"version": ?(\d+)')
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


def _handshake(path: str, *, token: str) -> bytes:
    line = f"Authorization: Bearer {token}\r\n" if token else ""
    return _HANDSHAKE.format(path=path, token=line).encode()


class Socket(asyncio.Protocol):
    """Tells `on_frame` the version of each text frame and its length; `version` is the newest."""

    def __init__(self, *, path: str, on_frame: Callable[["Socket", int, int], None], token: str = "") -> None:
        self.version: int | None = None
        self.failure = ""
        self._request = _handshake(path, token=token)
        self._on_frame = on_frame
        self._buffer = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._is_open and not self._open():
            return
        while frame := _split(self._buffer):
            opcode, payload, self._buffer = frame
            self._take(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self.failure = self.failure or str(exc or "closed by the server")

    def send(self, text: str) -> None:
        self._write(_TEXT, text.encode())

    def stop_reading(self) -> None:
        """Stay, and read nothing any more; little fits into the system's buffer meanwhile."""
        self._transport.pause_reading()
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def close(self) -> None:
        self._transport.abort()

    def _open(self) -> bool:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if end:
            self._is_open, self._buffer = True, rest
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self.failure = head.decode(errors="replace")
        return self._is_open

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT and (found := _VERSION.search(payload)):
            before, self.version = self.version, int(found[1])
            self._on_frame(self, -1 if before is None else before, len(payload))
        elif opcode == _PING:
            self._write(_PONG, payload)
        elif opcode == _CLOSE:
            self.failure = f"closed with {payload!r}"

    def _write(self, opcode: int, payload: bytes) -> None:
        """Masked with zeros, which leaves it as it is; up to 64 KiB."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        self._transport.write(bytes([0x80 | opcode]) + length + bytes(4) + payload)


def _split(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first frame's opcode and payload, and the rest; None while it is not whole."""
    if len(data) < 2:
        return None
    length, start = data[1] & 0x7F, 2
    if length == 126:
        if len(data) < 4:
            return None
        (length,), start = struct.unpack_from("!H", data, 2), 4
    end = start + length
    return None if len(data) < end else (data[0] & 0x0F, data[start:end], data[end:])
