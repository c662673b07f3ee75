"""A shop for the bench alone: its own servers and data, production's settings, the Procfile's processes."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from backend.devstack import environment, postgres, processes, procfile, readiness, tether, valkey
from backend.devstack.bench import cpu, statements, surroundings
from backend.devstack.console import Console

LIVE = ("web", "worker", "mailer", "relay")
ALL = ("api", *LIVE)
_TILL = "stripe"  # till.py, which stands for Stripe
_COPY = "yardstick"
_READY_SECONDS = 60
_QUIET_SECONDS = 20
_GRACE_SECONDS = 6.0


class Failed(RuntimeError):
    """A program of the bench did not do its part; the text says which and why."""


@dataclass(frozen=True)
class Shop:
    """A running one; `port` is web's.

    `copy_url` is the same data again, for pgbench, with nobody else in it. `pids` has every process that a
    request may cost something.
    """

    port: int
    folder: Path
    settings: Mapping[str, str]
    database_url: str
    copy_url: str
    pids: Mapping[str, int]

    @property
    def web_pid(self) -> int:
        return self.pids["web"]

    @property
    def api_port(self) -> int:
        return int(self.settings["API_PORT"])


@contextmanager
def running(
    *, products: int, buyers: int, console: Console, reads: int = 0, programs: Sequence[str] = LIVE
) -> Iterator[Shop]:
    """Everything is stopped and removed at the end. Raises Failed, PostgresFailed, ValkeyFailed.

    `buyers` wait in each queue, and so many different `reads` are made ready.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        console.say("starting PostgreSQL and Valkey")
        database = stack.enter_context(postgres.start(folder=folder / "postgres", also=statements.SETTINGS))
        statements.prepare(database.url())
        news = stack.enter_context(valkey.start(folder=folder / "valkey"))
        settings = surroundings.settings(folder, database_url=database.url(), redis_url=news.url)
        console.say(f"loading {products:,} products, in bulk, and {buyers:,} buyers for each row that writes")
        sizes = ["--products", str(products), "--buyers", str(buyers), "--reads", str(reads)]
        _prepare(folder, sizes, settings=settings, console=console)
        console.say("copying the database, for pgbench")
        _copy(database)
        console.say(f"starting {', '.join(programs)}")
        pids = {name: stack.enter_context(program(name, settings, folder)) for name in programs}
        if "api" in programs:
            pids[_TILL] = stack.enter_context(_till(settings, folder))
        for port in [settings["PORT"], *([settings["API_PORT"]] if "api" in programs else [])]:
            wait_until_ready(int(port), folder=folder, console=console)
        _wait_until_quiet(pids)
        pids |= {"postgres": database.pid, "valkey": news.pid}
        yield Shop(int(settings["PORT"]), folder, settings, database.url(), database.url(_COPY), pids)


@contextmanager
def process(*words: str, settings: Mapping[str, str], log: Path) -> Iterator[int]:
    """A program that runs beside the bench, and its children, until the end; gives its id."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            tether.command(*words, signal=signal.SIGTERM),
            env=settings,
            cwd=environment.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield started.pid
    finally:
        processes.stop(started, first=signal.SIGTERM, grace=_GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)


def module(name: str, *words: str) -> list[str]:
    """The command of a program of the bench."""
    return [sys.executable, "-m", f"backend.devstack.bench.{name}", *words]


@contextmanager
def _folder() -> Iterator[str]:
    """Not TemporaryDirectory: PostgreSQL's last files may still be on their way out."""
    folder = tempfile.mkdtemp(prefix="shopwire-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, sizes: list[str], *, settings: Mapping[str, str], console: Console) -> None:
    """Says what it is at while it is at it."""
    words = tether.command(*module("prepare", str(folder), *sizes), signal=signal.SIGTERM)
    log = folder / "prepare.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            words, env=settings, cwd=environment.ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as loading,
    ):
        try:
            for line in loading.stdout or ():
                console.say(line.rstrip())
        except BaseException:
            loading.kill()
            raise
    if loading.returncode != 0:
        raise Failed(f"the data could not be loaded:\n{log.read_text(errors='replace')}")


def _copy(database: postgres.Postgres) -> None:
    with psycopg.connect(database.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_COPY} TEMPLATE shopwire")


@contextmanager
def program(name: str, settings: Mapping[str, str], folder: Path) -> Iterator[int]:
    """A process of the Procfile."""
    commands = {program.name: program.command for program in procfile.read(environment.ROOT / "Procfile")}
    with process(
        "/bin/sh", "-c", f"exec {commands[name]}", settings=settings, log=folder / f"{name}.log"
    ) as pid:
        yield pid


@contextmanager
def _till(settings: Mapping[str, str], folder: Path) -> Iterator[int]:
    with process(*module("till"), settings=settings, log=folder / "till.log") as pid:
        yield pid


def wait_until_ready(port: int, *, folder: Path, console: Console) -> None:
    """Raises Failed."""
    ready = readiness.wait_until_ready(port, console=console)
    try:
        asyncio.run(asyncio.wait_for(ready, _READY_SECONDS))
    except TimeoutError:
        logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in folder.glob("*.log"))
        raise Failed(f"the shop was not ready in {_READY_SECONDS} s:\n{logs}") from None


def _wait_until_quiet(pids: Mapping[str, int]) -> None:
    """A worker that still starts would be paid for by the first row; after a while we go on all the same."""

    def used() -> float:
        return sum(cpu.of_trees(pids).values())

    def is_quiet() -> bool:
        before = used()
        time.sleep(0.5)
        return used() - before < 0.03

    processes.wait_until(is_quiet, seconds=_QUIET_SECONDS)
