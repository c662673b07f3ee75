"""Debian's Chromium, headless, driven over its DevTools protocol: no driver, no further package."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 20


@contextmanager
def chromium(*, folder: Path, width: int = 1280, height: int = 900) -> Iterator["Browser"]:
    """A browser of its own, gone at the end; `folder` must not be there yet."""
    assert CHROMIUM, "install Chromium to run this test"
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"]
    private = ["--remote-debugging-port=0", f"--user-data-dir={folder}", f"--window-size={width},{height}"]
    words = [CHROMIUM, *options, *private, "about:blank"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            with connect(_address(folder / "DevToolsActivePort"), max_size=None) as socket:
                yield Browser(socket)
        finally:
            process.terminate()


class Browser:
    """One tab. `look` evaluates JavaScript in the page; `wait` does so until it is true."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.noise: list[str] = []
        self.tab: dict[str, str] = {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.tab = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol; what the page complains of meanwhile goes to `noise`."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters, **self.tab}))
        while (answer := json.loads(self.socket.recv(timeout=SECONDS))).get("id") != number:
            self._hear(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def sign_in(self, *, url: str, cookie: str, value: str) -> None:
        self.call("Network.setCookie", name=cookie, value=value, url=url)

    def look(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, script: str) -> None:
        """Until the script is true; fails with what the page shows after twenty seconds."""
        deadline = time.monotonic() + SECONDS
        while not self.look(f"Boolean({script})"):
            assert time.monotonic() < deadline, (
                f"{script}\n{self.look('document.body.innerText')}\n{self.noise}"
            )

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Log.entryAdded":
            self.noise.append(event["params"]["entry"]["text"])
        if event.get("method") == "Runtime.exceptionThrown":
            self.noise.append(event["params"]["exceptionDetails"].get("text", "exception"))


def _address(file: Path) -> str:
    """Where the browser listens, once it says so."""
    deadline = time.monotonic() + SECONDS
    while not (file.exists() and len(file.read_text().split()) == 2):
        assert time.monotonic() < deadline, "Chromium did not start"
        time.sleep(0.05)
    port, path = file.read_text().split()
    return f"ws://127.0.0.1:{port}{path}"
