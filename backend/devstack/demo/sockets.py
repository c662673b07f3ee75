"""A plain socket of the shop, listened to by a thread of its own."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Self

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from backend.devstack.demo.screen import Failed, Json, Screen

_SECONDS = 15.0
Matches = Callable[[Json], bool]


class Socket:
    """Open within a `with`: prints each frame when it comes, and keeps it until somebody waits for it."""

    def __init__(self, *, name: str, url: str, token: str, screen: Screen) -> None:
        self.name = name
        self.frames: list[Json] = []
        self._screen = screen
        self._waiting: list[Json] = []
        self._end = ""
        self._news = threading.Condition()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._opening = connect(url, additional_headers=headers, proxy=None, open_timeout=_SECONDS)
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Raises Failed."""
        try:
            connection = self._opened.enter_context(self._opening)
        except (OSError, WebSocketException) as error:
            raise Failed(f"the {self.name} socket did not open: {error}") from error
        self._thread = threading.Thread(target=self._listen, args=[connection], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._opened.close()
        self._thread.join(_SECONDS)

    def snapshot(self) -> Json:
        """The first frame. Raises Failed when none comes in time."""
        return self.wait_for("a snapshot", lambda frame: frame["type"] == "snapshot")

    def update(self, event: str, matches: Matches = lambda data: True) -> Json:
        """The next update of that event whose data matches. Raises Failed when none comes in time."""
        return self.wait_for(event, lambda frame: frame.get("event") == event and matches(frame["data"]))

    def wait_for(self, what: str, matches: Matches) -> Json:
        """The oldest matching frame that nobody has waited for yet. Raises Failed."""
        deadline = time.monotonic() + _SECONDS
        with self._news:
            while True:
                found = next((frame for frame in self._waiting if matches(frame)), None)
                if found is not None:
                    self._waiting.remove(found)
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or self._end:
                    raise Failed(f"{what} is missing on the {self.name} socket{self._end}")
                self._news.wait(left)

    def check_versions(self) -> None:
        """Raises Failed unless each topic's versions rise by one."""
        versions: dict[str, int] = {}
        for frame in self.frames:
            before = versions.get(frame["topic"])
            if before is not None and frame["version"] != before + 1:
                raise Failed(f"{frame['topic']} went from version {before} to {frame['version']}")
            versions[frame["topic"]] = frame["version"]

    def _listen(self, connection: ClientConnection) -> None:
        try:
            for text in connection:
                self._take(json.loads(text))
        except (ConnectionClosed, ValueError) as error:
            self._finish(f" ({error})")
        else:
            self._finish(" (it was closed)")

    def _take(self, frame: Json) -> None:
        self._screen.frame(self.name, frame)
        with self._news:
            self.frames.append(frame)
            self._waiting.append(frame)
            self._news.notify_all()

    def _finish(self, why: str) -> None:
        with self._news:
            self._end = why
            self._news.notify_all()
