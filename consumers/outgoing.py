"""A text on its way to clients: made once, however many get it."""

from typing import Any

FRAME = "shopwire.frame"  # our own servers take the finished frame from here; others don't look


class Outgoing:
    """The ASGI message, shared by all who get it; nobody may change it."""

    __slots__ = ("message", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.message: dict[str, Any] = {"type": "websocket.send", "text": text, FRAME: _frame(text.encode())}


def _frame(payload: bytes) -> bytes:
    """One whole text frame as servers send it (RFC 6455: not masked, not compressed)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
