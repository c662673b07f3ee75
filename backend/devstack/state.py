"""What a run leaves in the data folder: its lock, its secrets, the processes it started."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from backend.devstack import processes


class AlreadyRunning(RuntimeError):
    """Another run uses the same data folder."""


def lock(folder: Path) -> IO[str]:
    """Hold the folder until the returned file is closed, or the process is gone. Raises AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(
            f"another make run uses {folder}: stop it, or give this one SHOPWIRE_DATA_DIR=… and PORT=…"
        ) from None
    return file


class Kept:
    """Generated values that the next run finds again, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "stack.json"
        self._values: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def get(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._values:
            self.put(name, make())
        return self._values[name]

    def put(self, name: str, value: str) -> None:
        self._values[name] = value
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(self._values, indent=2))


class Running:
    """The settings of the run that holds the folder: `manage.py` takes them when it is given no database."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "running.json"

    def write(self, settings: Mapping[str, str]) -> None:
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(dict(settings)))

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)


def new_secret(prefix: str = "") -> Callable[[], str]:
    return lambda: f"{prefix}{secrets.token_urlsafe(32)}"


class Roster:
    """The process groups of a run, so that the next one can end what a killed run left behind."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "processes.json"
        self._births: dict[str, str] = {}

    def add(self, pid: int) -> None:
        self._births[str(pid)] = processes.birth_of(pid)
        self._file.write_text(json.dumps(self._births))

    def clear(self) -> None:
        self._file.unlink(missing_ok=True)

    def end_leftovers(self) -> int:
        """Kill what is left of an earlier run; how many there were. Call it with the folder locked."""
        births = json.loads(self._file.read_text()) if self._file.exists() else {}
        # A number alone may belong to a stranger by now, and a process of that age can't.
        left = [int(pid) for pid, birth in births.items() if birth and processes.birth_of(int(pid)) == birth]
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        processes.wait_until(lambda: all(not processes.birth_of(pid) for pid in left), seconds=2)
        self.clear()
        return len(left)
