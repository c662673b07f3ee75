"""One process of the stack: its lines shown, itself started again when it dies."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from backend.devstack import processes, state, tether
from backend.devstack.console import Console
from backend.devstack.procfile import Program

PAUSE_SECONDS = 1.0
QUICK_SECONDS = 10.0
MOST_QUICK_DEATHS = 5
_LONGEST_LINE = 1 << 20


class GaveUp(RuntimeError):
    """A process died again and again, each time soon after its start."""


class DeathCount:
    """Deaths in a row that each came within ten seconds of a start."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._started_at = time.monotonic()

    def started(self) -> None:
        self._started_at = time.monotonic()

    def died(self, how: str) -> None:
        """Raises GaveUp at the fifth."""
        is_quick = time.monotonic() - self._started_at < QUICK_SECONDS
        self._count = self._count + 1 if is_quick else 0
        if self._count >= MOST_QUICK_DEATHS:
            raise GaveUp(
                f"{self._name} died {self._count} times in a row, "
                f"each time within {QUICK_SECONDS:.0f} s of its start: {how}"
            )


class Watched:
    def __init__(
        self, program: Program, *, env: Mapping[str, str], root: Path, console: Console, roster: state.Roster
    ) -> None:
        self.name = program.name
        # exec: the process gets the signals, not a shell in front of it.
        self._command = ["/bin/sh", "-c", f"exec {program.command}"]
        self._env = dict(env)
        self._root = root
        self._console = console
        self._roster = roster
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def keep_running(self) -> None:
        """Returns when stopped. Raises GaveUp."""
        deaths = DeathCount(self.name)
        while not self._stopping.is_set():
            deaths.started()
            how = await self._run_once()
            if self._stopping.is_set():
                return
            deaths.died(f"{how}, its last lines are above")
            self._console.say(f"{self.name} died ({how}): starting it again")
            await asyncio.sleep(PAUSE_SECONDS)

    async def stop(self, *, grace: float) -> None:
        """Ask the process, and after `grace` seconds end its whole group."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            self._console.say(f"{self.name} did not stop in {grace:.0f} s: killed")
        _end_group(process.pid)
        await process.wait()

    async def _run_once(self) -> str:
        """How the process ended, in words."""
        self._process = process = await asyncio.create_subprocess_exec(
            *tether.command(*self._command, signal=signal.SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._env,
            cwd=self._root,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        self._roster.add(process.pid)
        lines = asyncio.create_task(self._show_lines(process))
        code = await process.wait()
        # What it started itself must not live on beside the next one, nor hold our end of the pipe open.
        _end_group(process.pid)
        await lines
        return processes.ending(code)

    async def _show_lines(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                line = b"(a line too long to show)\n"
            if not line:
                return
            self._console.show(self.name, line.decode(errors="replace").rstrip())


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nobody left; macOS answers EPERM for a group of zombies.
        return
