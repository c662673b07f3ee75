"""What is on its way to clients: made once, however many get it."""

from collections.abc import Sequence
from typing import Any

FRAME = "shopwire.frame"  # our own servers take the finished frame from here; others don't look
_TEXT, _BINARY = 0x81, 0x82  # RFC 6455, 5.2: the last frame of its message


class Outgoing:
    """The ASGI message, of a text or of bytes, shared by all who get it; nobody may change it."""

    __slots__ = ("content", "message")

    def __init__(self, content: str | bytes) -> None:
        self.content = content
        self.message: dict[str, Any] = {"type": "websocket.send"}
        if isinstance(content, str):
            self.message |= {"text": content, FRAME: _frame(_TEXT, content.encode())}
        else:
            self.message |= {"bytes": content, FRAME: _frame(_BINARY, content)}


def joined(parts: Sequence[Outgoing]) -> Outgoing:
    """Several in one: texts line by line, bytes one behind the other, for each says how long it is."""
    contents = [part.content for part in parts]
    if isinstance(contents[0], bytes):
        return Outgoing(b"".join(contents))  # type: ignore[arg-type]  # a client gets one kind
    return Outgoing("\n".join(contents))  # type: ignore[arg-type]


def _frame(head: int, payload: bytes) -> bytes:
    """One whole frame as servers send it: not masked, not compressed."""
    size = len(payload)
    if size < 126:
        return bytes((head, size)) + payload
    if size < 65536:
        return bytes((head, 126)) + size.to_bytes(2) + payload
    return bytes((head, 127)) + size.to_bytes(8) + payload
