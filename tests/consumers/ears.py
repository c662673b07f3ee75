"""A program that listens on the shop's sockets, in the caller's own thread."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from backend.accounts.models import User
from tests.caller import Caller

# After 20 s the shop looks at all positions by itself, and would make good what is to be made good at once.
PATIENCE_SECONDS = 12


class Ears:
    """One open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def frame(self) -> dict[str, Any]:
        """The next frame."""
        return json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))

    def frames(self, number: int) -> list[dict[str, Any]]:
        return [self.frame() for _ in range(number)]

    def is_silent(self) -> bool:
        """Whether nothing at all has come. Only sure for what must have been sent before another frame."""
        try:
            self.socket.recv(timeout=0.1)
        except TimeoutError:
            return True
        return False

    def end(self) -> tuple[int | None, list[dict[str, Any]]]:
        """The close code, and what came before it."""
        before = []
        try:
            while True:
                before.append(self.frame())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None, before

    def code(self) -> int | None:
        """The close code."""
        return self.end()[0]

    def close(self) -> None:
        self.socket.close()


@dataclass
class Shop:
    """The server's sockets, by path below /ws/."""

    port: int
    opened: ExitStack

    def listen(self, path: str, user: User | None = None, *, token: str = "", **options: Any) -> Ears:
        """Connect as the user, with the token, or as a guest. Options are those of websockets' connect."""
        token = Caller(user).token if user else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"ws://127.0.0.1:{self.port}/ws/{path}"
        given = {"open_timeout": PATIENCE_SECONDS, "close_timeout": 1, "proxy": None, **options}
        socket = connect(address, additional_headers=headers, **given)
        return Ears(self.opened.enter_context(socket))
