"""A program on one of the shop's sockets that keeps all it hears, and the code it was sent away with."""

import contextlib
import json
import threading
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.faults.shop import Shop, wait

Frame = dict[str, Any]


class Listener:
    def __init__(self, shop: Shop, path: str, authorization: str = "") -> None:
        headers = {"Authorization": authorization} if authorization else {}
        address = shop.stack.url.replace("http", "ws")
        self._opened = contextlib.ExitStack()
        self._socket = self._opened.enter_context(
            connect(
                f"{address}/ws/{path}",
                additional_headers=headers,
                proxy=None,
                open_timeout=20,
                close_timeout=1,
                ping_interval=None,
            )
        )
        self.frames: list[Frame] = []
        self.code: int | None = None  # 1006 for a connection that just broke
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def versions(self) -> list[int]:
        return [frame["version"] for frame in self.frames]

    def wait_for(self, matches: Callable[[Frame], bool]) -> bool:
        """Whether a frame came that matches; a closed socket brings no more."""
        wait(lambda: self.code is not None or any(map(matches, self.frames)))
        return any(map(matches, self.frames))

    def close(self) -> None:
        self._opened.close()
        self._thread.join(10)

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.frames.append(json.loads(self._socket.recv()))
        self.code = self._socket.close_code
