"""A program built on a published client: commands go in, what it tells its app is kept."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.devstack import processes

FOLDER = Path(__file__).parent
_LANGUAGES = {
    "javascript": ["node", str(FOLDER / "client.mjs")],
    "python": [sys.executable, str(FOLDER / "client.py")],
}
COMMANDS = {
    f"{language}{form}": [*words, *form.split()]
    for language, words in _LANGUAGES.items()
    for form in ("", " protobuf")
}
PATIENCE_SECONDS = 30
Told = dict[str, Any]


class Program:
    """One process with one connection. Use as a context."""

    def __init__(self, language: str) -> None:
        self.events: list[Told] = []
        self._process = subprocess.Popen(
            COMMANDS[language], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._process.stdout.close()

    def do(self, what: str, **about: Any) -> None:
        self._process.stdin.write(json.dumps({"do": what, **about}) + "\n")
        self._process.stdin.flush()

    def connect(self, port: int, token: str = "", **about: Any) -> None:
        self.do("connect", url=f"ws://127.0.0.1:{port}/ws/", token=token, **about)

    def heard(self, event: str, **about: Any) -> list[Told]:
        """All such events so far."""
        wanted = {"event": event, **about}.items()
        return [
            told for told in tuple(self.events) if wanted <= {k: _plain(v) for k, v in told.items()}.items()
        ]

    def wait(self, event: str, *, number: int = 1, seconds: float = PATIENCE_SECONDS, **about: Any) -> Told:
        """The so-many-th such event, once it has come."""
        came = self.wait_until(lambda: len(self.heard(event, **about)) >= number, seconds=seconds)
        assert came, (event, about, self.events[-20:])
        return self.heard(event, **about)[number - 1]

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether it came to be; of a program that has ended nothing more is expected."""
        processes.wait_until(lambda: condition() or self._process.poll() is not None, seconds=seconds)
        return condition()

    def subscribe(self, *topics: str) -> list[Told]:
        """Subscribe to them all; the answers."""
        for topic in topics:
            self.do("subscribe", channel=topic)
        return [self.wait("subscribed", channel=topic) for topic in topics]

    def ask(self, method: str, topic: str) -> Told:
        """The one answer to a question of that kind."""
        self.do("ask", method=method, channel=topic)
        return self.wait("answer", method=method)

    def offsets(self, topic: str) -> list[int]:
        """Of the publications, in the order they came."""
        return [told["offset"] for told in self.heard("publication", channel=topic)]

    def _listen(self) -> None:
        for line in self._process.stdout:
            self.events.append(json.loads(line))


def _plain(value: Any) -> Any:
    """Something that compares and hashes."""
    return value if isinstance(value, str | int | float | bool | None) else json.dumps(value)
