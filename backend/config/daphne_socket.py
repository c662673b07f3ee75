"""Daphne's websocket as this shop needs it: it waits for slow readers, and says why it closes."""

import asyncio
from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Server

from consumers import codes, outgoing
from consumers.codes import Code

# An SDK may say all its 128 subscribes at once, a frame each, while its connect is still being answered.
MOST_UNHEARD = 256


class PatientSocket(WebSocketProtocol):  # type: ignore[misc]
    """Daphne writes without end to a client that does not read; here the sender waits (writable)."""

    writable: asyncio.Event | None = None  # there is one while the buffer is full
    is_given_up = False  # what the client says is not heard any more
    failByDrop = False  # a broken or oversized frame is answered with its code, not with silence
    closeHandshakeTimeout = 10  # Autobahn resets after one: the code is lost on slow lines

    def onOpen(self) -> None:
        # Until now the HTTP channel, which is done, was told when the transport's buffer is full.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Daphne queues without end what the application has no time for."""
        if self.is_given_up:
            return
        if self.application_queue.qsize() < MOST_UNHEARD:
            super().onMessage(payload, isBinary)
        else:
            self._give_up(Code.TOO_MANY_REQUESTS)

    def pauseProducing(self) -> None:
        """Twisted says so at each write to a full buffer, a pong's too: who waits already must be woken."""
        if self.writable is None:
            self.writable = asyncio.Event()

    def resumeProducing(self) -> None:
        writable, self.writable = self.writable, None
        if writable is not None:
            writable.set()

    def stopProducing(self) -> None:
        self.resumeProducing()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.resumeProducing()
        super().onClose(wasClean, code, reason)

    def onAutoPingTimeout(self) -> None:
        """Autobahn would drop the connection without a word."""
        self.autoPingTimeoutCall = None
        self.autoPingPending = None
        self._give_up(Code.NO_PONG)

    def _give_up(self, code: Code) -> None:
        """The consumer closes, as soon as it has done what it does now: it says why before, and counts."""
        self.is_given_up = True
        while not self.application_queue.empty():
            self.application_queue.get_nowait()
        self.application_queue.put_nowait(codes.ask_to_end(code))

    def write_frame(self, message: dict[str, Any]) -> bool:
        """Write a frame that is ready as it is, made once for all who get it; False if it must be made here.

        Autobahn makes every frame anew. It keeps none back but while it sends in pieces, which nothing here
        asks for, so what is written past it can't overtake.
        """
        frame = message.get(outgoing.FRAME)
        if frame is None or self.state != self.STATE_OPEN or self.send_queue:
            return False
        sent = self._send_at_once(frame)
        if sent < len(frame):
            self.transport.write(frame[sent:])
        return True

    def _send_at_once(self, frame: bytes) -> int:
        """How much of it the system takes now. Twisted would ask after a turn of its loop, for each frame.

        What waits in the transport goes first, and what is not taken goes there.
        """
        transport = self.transport
        if type(transport) is not Server or not transport.connected or transport.disconnecting:
            return 0
        if transport.TLS or transport.dataBuffer or transport._tempDataBuffer:
            return 0
        try:
            return int(transport.socket.send(frame))
        except OSError:
            return 0  # full, or broken: the transport finds out

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Daphne forgets the reason of a close, and Autobahn refuses to send after one."""
        if message["type"] == "websocket.send" and self.state not in (self.STATE_CONNECTING, self.STATE_OPEN):
            return
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            self.sendClose(message.get("code", 1000), message.get("reason") or None)
        else:
            super().handle_reply(message)
