"""A program on a plain socket that comes back whenever it is sent away, as the contract asks it to."""

import contextlib
import json
import threading
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

PAUSE_SECONDS = 0.05
FINAL = range(3500, 4000)  # who is sent away so is not to come back


class Follower:
    """Keeps every socket's frames apart: each begins with how things stand. Use as a context."""

    def __init__(self, port: int, path: str, token: str) -> None:
        self.sockets: list[list[dict[str, Any]]] = []
        self.codes: list[int | None] = []
        self._address = f"ws://127.0.0.1:{port}/ws/{path}"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._is_over = threading.Event()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._follow)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._is_over.set()
        if self._socket is not None:
            self._socket.close()
        self._thread.join()

    @property
    def newest(self) -> dict[str, Any] | None:
        """The last frame of all."""
        return next((frames[-1] for frames in reversed(list(self.sockets)) if frames), None)

    def _follow(self) -> None:
        while not self._is_over.is_set():
            with contextlib.suppress(OSError, InvalidHandshake, EOFError, TimeoutError):
                self._listen()
            if self.codes and self.codes[-1] in FINAL:
                return
            self._is_over.wait(PAUSE_SECONDS)

    def _listen(self) -> None:
        options = {"proxy": None, "open_timeout": 5, "close_timeout": 1, "ping_interval": None}
        with connect(self._address, additional_headers=self._headers, **options) as self._socket:
            frames: list[dict[str, Any]] = []
            self.sockets.append(frames)
            with contextlib.suppress(ConnectionClosed):
                while not self._is_over.is_set():
                    frames.append(json.loads(self._socket.recv()))
            self.codes.append(self._socket.close_code)
