"""An app that speaks the Centrifuge JSON protocol by hand, in the caller's own thread."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from backend.accounts import tokens
from backend.accounts.models import User
from tests.caller import Caller

# After 20 s the shop looks at all positions by itself, and would make good what is to be made good at once.
PATIENCE_SECONDS = 12


class App:
    """One open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.waiting: list[dict[str, Any]] = []
        self.numbers = 0

    def say(self, *commands: Any) -> None:
        """Several commands in one frame; text is sent as it is."""
        texts = [command if isinstance(command, str) else json.dumps(command) for command in commands]
        self.socket.send("\n".join(texts))

    def hear(self, *, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next reply or push."""
        while not self.waiting:
            frame = self.socket.recv(timeout=patience)
            self.waiting += [json.loads(line) for line in frame.split("\n")]
        return self.waiting.pop(0)

    def hears(self, number: int) -> list[dict[str, Any]]:
        return [self.hear() for _ in range(number)]

    def ask(self, method: str, **body: Any) -> dict[str, Any]:
        """The result of one command, or its error."""
        self.numbers += 1
        self.say({"id": self.numbers, method: body})
        reply = self.hear()
        assert reply.pop("id") == self.numbers, reply
        return reply.get(method, reply)

    def subscribe(self, channel: str, **more: Any) -> dict[str, Any]:
        return self.ask("subscribe", channel=channel, **more)

    def pub(self, channel: str) -> tuple[int, dict[str, Any]]:
        """Offset and data of the next publication, which is the topic's."""
        push = self.hear()["push"]
        assert push["channel"] == channel, push
        return push["pub"]["offset"], push["pub"]["data"]

    def is_silent(self) -> bool:
        """Whether nothing at all has come. Only sure for what must have been sent before another frame."""
        try:
            self.waiting.append(json.loads(self.socket.recv(timeout=0.1)))
        except TimeoutError:
            return not self.waiting
        return False

    def end(self, *, patience: float = PATIENCE_SECONDS) -> tuple[int | None, list[dict[str, Any]]]:
        """The close code, and what came before it."""
        before = []
        try:
            while True:
                before.append(self.hear(patience=patience))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None, before

    def farewell(self, *, patience: float = PATIENCE_SECONDS) -> int | None:
        """The close code, if the last word before it was a disconnect push with the same code."""
        code, before = self.end(patience=patience)
        said = before[-1]["push"]["disconnect"]
        assert said["code"] == code
        assert said["reason"]
        return code

    def close(self) -> None:
        self.socket.close()


@dataclass
class Apps:
    """The apps' socket of one server."""

    port: int
    opened: ExitStack

    def raw(self, **options: Any) -> App:
        """Connected, but nothing said yet."""
        address = f"ws://127.0.0.1:{self.port}/ws/"
        given = {"open_timeout": PATIENCE_SECONDS, "close_timeout": 1, "proxy": None, **options}
        return App(self.opened.enter_context(connect(address, **given)))

    def open(self, user: User | None = None, *, token: str = "") -> App:
        """As the user, with the token, or as a guest."""
        app, token = self.raw(), Caller(user).token if user else token
        assert "client" in app.ask("connect", **({"token": token} if token else {}))
        return app


def token_of(caller: Caller, user: User, *, seconds_left: int) -> str:
    then = timezone.now() - settings.JWT_ACCESS + timedelta(seconds=seconds_left)
    return tokens.access_token(user=user, session=caller.session, now=then)
