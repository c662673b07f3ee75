"""Everything of a run, in order: servers, tables, demo shop, processes; and back again."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from backend.devstack import (
    caller,
    checks,
    environment,
    processes,
    procfile,
    readiness,
    state,
    tether,
    welcome,
)
from backend.devstack.console import Console
from backend.devstack.procfile import Program
from backend.devstack.servers import Servers
from backend.devstack.watched import GaveUp, Watched

GRACE_SECONDS = 5.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Not in the Procfile, which production starts too: there it is Stripe's own servers that answer.
_SANDBOX = Program("stripe", "python -m backend.devstack.stripe_sandbox")
_PREPARATION = "python -m backend.devstack.prepare"


class Failed(RuntimeError):
    """The run cannot go on; the text says why."""


class Supervisor:
    """One run. `root` holds the Procfile; `preparation` is for tests, which have no shop to prepare."""

    def __init__(
        self,
        settings: dict[str, str],
        *,
        root: Path = environment.ROOT,
        preparation: str = _PREPARATION,
    ) -> None:
        self._given = settings
        self._root = root
        self._preparation = preparation
        self._folder = environment.data_folder(settings, root=root)
        self._has_sandbox = not settings.get("STRIPE_SECRET_KEY")
        programs = procfile.read(root / "Procfile")
        self._programs = [_SANDBOX, *programs] if self._has_sandbox else programs
        self._console = Console([program.name for program in self._programs])
        self._roster = state.Roster(self._folder)
        self._running = state.Running(self._folder)
        self._servers = Servers(folder=self._folder, console=self._console)
        self._started_at = time.monotonic()

    def run(self) -> None:
        """Returns after Ctrl-C or SIGTERM. Raises Unusable, AlreadyRunning, GaveUp, Failed, …Failed."""
        with state.lock(self._folder), _signals_as_interrupt():
            self._settings = self._prepare_settings()
            try:
                self._start_servers()
                self._running.write(self._settings)
                asyncio.run(self._serve())
            finally:
                # A second Ctrl-C must not leave half of it running.
                for number in _STOP_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                self._running.clear()
                self._servers.stop()
                self._roster.clear()

    def _prepare_settings(self) -> dict[str, str]:
        left = self._roster.end_leftovers()
        if left:
            self._console.say(f"ended {left} processes that an earlier run left behind")
        checks.check_port(self._given)
        if self._given.get("DATABASE_URL"):
            checks.check_database(self._given["DATABASE_URL"])
        if self._given.get("REDIS_URL"):
            checks.check_redis(self._given["REDIS_URL"])
        return environment.complete(self._given, folder=self._folder)

    def _start_servers(self) -> None:
        if not self._settings.get("DATABASE_URL"):
            self._settings["DATABASE_URL"] = self._servers.start_postgres()
        if not self._settings.get("REDIS_URL"):
            self._settings["REDIS_URL"] = self._servers.start_valkey()

    async def _serve(self) -> None:
        stop = asyncio.Event()
        for number in _STOP_SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        interrupted = asyncio.create_task(caller.wait_until_gone())
        interrupted.add_done_callback(lambda _: stop.set())
        if await self._is_done_first(self._prepare_shop(), stop):
            await self._watch(stop)

    async def _is_done_first(self, work: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
        """Whether `work` ended before the stop, which otherwise cuts it short."""
        tasks = [asyncio.create_task(work), asyncio.create_task(stop.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        if tasks[0].cancelled():
            return False
        tasks[0].result()
        return True

    async def _prepare_shop(self) -> None:
        self._console.say("bringing tables and demo shop up to date")
        # On our own terminal, unprefixed, so that its progress bar shows.
        process = await asyncio.create_subprocess_exec(
            *tether.command("/bin/sh", "-c", f"exec {self._preparation}", signal=signal.SIGTERM),
            env=self._settings,
            cwd=self._root,
            start_new_session=True,
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if code != 0:
            raise Failed(
                f"`{self._preparation}` failed with {processes.ending(code)}; its lines above say why"
            )

    async def _watch(self, stop: asyncio.Event) -> None:
        watched = [
            Watched(program, env=self._settings, root=self._root, console=self._console, roster=self._roster)
            for program in self._programs
        ]
        self._console.say(f"starting {', '.join(one.name for one in watched)}")
        tasks = [asyncio.create_task(one.keep_running()) for one in watched]
        tasks += [asyncio.create_task(self._servers.keep_running()), asyncio.create_task(self._welcome())]
        # The welcome ends well and by itself; anything else that ends, ends the run.
        endings = {asyncio.create_task(stop.wait()), *tasks} - {tasks[-1]}
        try:
            done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(watched, tasks)
        for task in done:
            task.result()

    async def _stop(self, watched: list[Watched], tasks: list[asyncio.Task[None]]) -> None:
        self._console.say("stopping")
        for task in tasks[-2:]:
            task.cancel()
        await asyncio.gather(*(one.stop(grace=GRACE_SECONDS) for one in watched))
        # The last lines of the processes are still on their way.
        _, late = await asyncio.wait(tasks, timeout=1)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _welcome(self) -> None:
        await readiness.wait_until_ready(environment.port(self._settings), console=self._console)
        seconds = time.monotonic() - self._started_at
        for line in welcome.lines(self._settings, seconds=seconds, has_sandbox=self._has_sandbox):
            self._console.say(line)


@contextlib.contextmanager
def _signals_as_interrupt() -> Any:
    """Until the event loop takes the signals over, and after it, they end the run like Ctrl-C does."""
    before = {number: signal.signal(number, _interrupt) for number in _STOP_SIGNALS}
    if before[signal.SIGHUP] == signal.SIG_IGN:
        # Started by nohup.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


FAILURES = (Failed, GaveUp, checks.Unusable, state.AlreadyRunning, procfile.ProcfileFailed)
