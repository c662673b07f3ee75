"""The whole shop as `make run` starts it, on a port and in a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.devstack import ports, postgres, processes, tether, valkey
from backend.devstack.state import Kept

ROOT = Path(__file__).resolve().parents[2]
# `make run` gets nothing of a test run's settings.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
READY_SECONDS = 120
STOP_SECONDS = 10


@dataclass(frozen=True)
class Stack:
    """A running shop, and the servers it stands on."""

    url: str
    folder: Path
    environment: dict[str, str]
    log: Path
    database: postgres.Postgres
    news: valkey.Valkey

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def sandbox(self) -> str:
        """The address of the Stripe sandbox."""
        return f"http://127.0.0.1:{self.secret('stripe_port')}"

    def secret(self, name: str) -> str:
        """What the run has generated for itself."""
        return Kept(self.folder).get(name, lambda: "")

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the shop beside it."""
        return subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Stack]:
    """The servers are the caller's, so that programs beside the shop find the database too."""
    with (
        postgres.start(folder=folder / "postgres", durable=False) as database,
        valkey.start(folder=folder / "valkey") as news,
    ):
        stack = _stack(folder, database, news, settings)
        process = _start(stack)
        try:
            ready = processes.wait_until(
                lambda: "ready in" in stack.log.read_text() or process.poll() is not None,
                seconds=READY_SECONDS,
            )
            assert ready, stack.log.read_text()
            assert process.poll() is None, stack.log.read_text()
            yield stack
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(STOP_SECONDS)
        assert code == 0, stack.log.read_text()
        assert left_behind(stack) == []


def left_behind(stack: Stack) -> list[str]:
    """The command lines of processes that still work for that shop (Linux only)."""
    mark = f"SHOPWIRE_DATA_DIR={stack.folder}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                found.append((environ.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended, or is another user's
    return found


def _stack(folder: Path, database: postgres.Postgres, news: valkey.Valkey, settings: dict[str, str]) -> Stack:
    port = str(ports.find_free())
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PORT": port, "SHOPWIRE_DATA_DIR": str(folder), "DEBUG": "1"}
    environment |= {"DATABASE_URL": database.url(), "REDIS_URL": news.url, **settings}
    return Stack(f"http://127.0.0.1:{port}", folder, environment, folder / "run.log", database, news)


def _start(stack: Stack) -> subprocess.Popen[bytes]:
    command = tether.command(sys.executable, "-m", "backend.devstack", signal=signal.SIGTERM)
    with stack.log.open("ab") as out:
        return subprocess.Popen(command, env=stack.environment, cwd=ROOT, stdout=out, stderr=out)
