"""uvicorn as this shop needs it: its frames cost a quarter of Daphne's, so it carries sockets at scale."""

import asyncio
import logging
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from consumers import codes
from consumers.codes import Code
from consumers.outgoing import FRAME

PING_SECONDS = 25
PONG_SECONDS = 10
INBOUND_BYTES = 64 * 1024
CONNECT_QUEUE = 1024
FINISH_SECONDS = 4
CLOSE_SECONDS = 2.0
UNHEARD_MILLISECONDS = 20_000


class Socket(WebSocketsSansIOProtocol):
    """Takes frames that are ready, and leaves it to the consumer to close for want of a pong."""

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close" and not await self._is_read():
            self.transport.abort()
            return
        frame = message.get(FRAME)
        if frame is None or not self.handshake_complete or self.close_sent or self.disconnected:
            await super().send(message)
            return
        if not self.writable.is_set():
            await self.writable.wait()
        if not self.disconnected and not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def send_receive_event_to_app(self) -> None:
        """uvicorn writes a traceback into the log for each client that says what is no text."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def _is_read(self) -> bool:
        """A close that can't be written because the client does not read is no close."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.writable.wait()
        except TimeoutError:
            return False
        return True

    def keepalive_timeout(self) -> None:
        """uvicorn would close by 1011."""
        self.pong_timer = self.pending_ping_payload = None
        if not self.close_sent and not self.transport.is_closing():
            self.queue.put_nowait(codes.ask_to_end(Code.NO_PONG))  # type: ignore[arg-type]


def _is_text(said: bytes) -> bool:
    try:
        said.decode()
    except UnicodeDecodeError:
        return False
    return True


class Server(uvicorn.Server):
    """Ends well when it is told to; uvicorn would end by the signal, as if it had been killed."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(application: Any, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Exits with one line when the port can't be had."""
    listening = listen(host, port)
    asyncio.run(Server(config(application)).serve(sockets=[listening]))


def config(application: Any) -> uvicorn.Config:
    """uvicorn's options, for this shop."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return uvicorn.Config(
        application,
        ws=Socket,
        ws_max_size=INBOUND_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def listen(host: str, port: int) -> socket.socket:
    """Sockets that are accepted inherit its options: who is gone, or never reads, is given up."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MILLISECONDS)
    try:
        listening.bind((host, port))
        listening.listen(CONNECT_QUEUE)
    except OSError as error:
        sys.exit(f"shopwire: port {port} can't be used ({error}); free it, or set PORT")
    return listening
