"""Daphne's server, patient: senders wait for slow sockets, and at the end everybody may finish."""

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

from autobahn.websocket import protocol as autobahn
from daphne import http_protocol
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory
from twisted.internet.defer import Deferred
from twisted.web.http import HTTPChannel

from backend.config.daphne_request import JsonRequest
from backend.config.daphne_socket import PatientSocket

log = logging.getLogger(__name__)
FINISH_SECONDS = 4.0
UNHEARD_MILLISECONDS = 20_000
HEADERS_BYTES = 64 * 1024  # as under uvicorn; Twisted hangs up without a word at 16


class PatientServer(Server):  # type: ignore[misc]
    """`close_sockets` is called once, before the end; `failure` says why it could not begin."""

    def __init__(self, *, close_sockets: Callable[[], Awaitable[None]], **options: Any) -> None:
        # The names by which Daphne's factories find what they build; it takes no other word for it.
        WebSocketFactory.protocol = PatientSocket
        http_protocol.WebRequest = JsonRequest
        HTTPChannel.MAX_LENGTH = HTTPChannel.totalHeadersSize = HEADERS_BYTES
        # Autobahn lists its options at each connection, for a log that nobody reads: a tenth of a handshake.
        autobahn.pformat = lambda options, **_: ""  # type: ignore[attr-defined]
        super().__init__(**options)
        self.failure = ""
        self._close_sockets = close_sockets
        self._ports: list[Any] = []

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        if message["type"] != "websocket.send":
            await super().handle_reply(protocol, message)
            return
        if not protocol.write_frame(message):
            await super().handle_reply(protocol, message)
        if protocol.writable is not None:
            await protocol.writable.wait()

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)
        # Sockets that are accepted inherit it: who is gone without a word, or never reads, is given up.
        port.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MILLISECONDS)
        log.info("listening on %s port %s", port.getHost().host, port.getHost().port)
        super().listen_success(port)

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    def kill_all_applications(self) -> Any:
        """Called before the reactor stops; Daphne would cancel every request at once."""
        return Deferred.fromFuture(asyncio.ensure_future(self._finish()))

    async def _finish(self) -> None:
        for port in self._ports:
            port.stopListening()
        await self._close_sockets()
        end = time.monotonic() + FINISH_SECONDS
        while (running := self._running()) and time.monotonic() < end:
            await asyncio.wait(running, timeout=0.2)
        for task in self._running():
            task.cancel()

    def _running(self) -> list["asyncio.Future[Any]"]:
        found = (details.get("application_instance") for details in list(self.connections.values()))
        return [task for task in found if task is not None and not task.done()]
