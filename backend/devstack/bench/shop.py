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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from backend.devstack import environment, ports, postgres, processes, procfile, readiness, tether, valkey
from backend.devstack.bench import cpu, requests
from backend.devstack.console import Console

PROGRAMS = ("web", "worker", "relay")
_OFF = ("THROTTLE_LOGIN", "THROTTLE_REGISTER", "THROTTLE_USER", "THROTTLE_ANON")
# Nothing else of the caller's: a DATABASE_URL that is set for a real shop must not be met here.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_COPY = "yardstick"
_READY_SECONDS = 60
_QUIET_SECONDS = 20
_GRACE_SECONDS = 6.0


class Failed(RuntimeError):
    """A program of the bench did not do its part; the text says which and why."""


@dataclass(frozen=True)
class Shop:
    """A running one. `copy_url` is the same data again, for pgbench, with nobody else in it."""

    port: int
    folder: Path
    settings: Mapping[str, str]
    database_url: str
    copy_url: str
    web_pid: int


@contextmanager
def running(*, products: int, buyers: int, console: Console) -> Iterator[Shop]:
    """Everything is stopped and removed at the end. Raises Failed, PostgresFailed, ValkeyFailed."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        console.say("starting PostgreSQL and Valkey")
        database = stack.enter_context(postgres.start(folder=folder / "postgres"))
        news = stack.enter_context(valkey.start(folder=folder / "valkey"))
        settings = _settings(folder, database_url=database.url(), redis_url=news.url)
        console.say(f"loading {products} products and {3 * buyers} buyers, in bulk")
        sizes = ["--products", str(products), "--buyers", str(buyers)]
        _prepare([str(folder), *sizes], settings=settings)
        _copy(database)
        console.say(f"starting {', '.join(PROGRAMS)}")
        pids = [stack.enter_context(_program(name, settings, folder)) for name in PROGRAMS]
        port = int(settings["PORT"])
        _wait_until_ready(port, folder=folder, console=console)
        _wait_until_quiet(pids)
        yield Shop(port, folder, settings, database.url(), database.url(_COPY), pids[0])


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


def wait_until_told(shop: Shop) -> None:
    """Returns when the relay has nothing left to tell, so that one row is not paid for by the next."""
    with psycopg.connect(shop.database_url, autocommit=True) as connection:

        def is_empty() -> bool:
            row = connection.execute(
                "SELECT EXISTS(SELECT FROM outbox_event), EXISTS(SELECT FROM outbox_feedentry)"
            ).fetchone()
            return row == (False, False)

        if not processes.wait_until(is_empty, seconds=_READY_SECONDS):
            raise Failed(f"the relay did not tell everything in {_READY_SECONDS} s")


@contextmanager
def _folder() -> Iterator[str]:
    """Not TemporaryDirectory: PostgreSQL's last files may still be on their way out."""
    folder = tempfile.mkdtemp(prefix="shopwire-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, *, database_url: str, redis_url: str) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    ours = {
        "PORT": str(ports.find_free()),
        "DEBUG": "0",
        "ALLOWED_HOSTS": f"{requests.HOST},{requests.OTHER_HOSTS}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "backend.devstack.bench.settings",
        **dict.fromkeys(_OFF, "off"),
    }
    return environment.complete(passed_on | ours, folder=folder)


def _prepare(words: list[str], *, settings: Mapping[str, str]) -> None:
    made = subprocess.run(
        tether.command(sys.executable, "-m", "backend.devstack.bench.prepare", *words, signal=signal.SIGTERM),
        env=settings,
        cwd=environment.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise Failed(f"the data could not be loaded:\n{made.stderr}")


def _copy(database: postgres.Postgres) -> None:
    with psycopg.connect(database.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_COPY} TEMPLATE shopwire")


@contextmanager
def _program(name: str, settings: Mapping[str, str], folder: Path) -> Iterator[int]:
    commands = {program.name: program.command for program in procfile.read(environment.ROOT / "Procfile")}
    with process(
        "/bin/sh", "-c", f"exec {commands[name]}", settings=settings, log=folder / f"{name}.log"
    ) as pid:
        yield pid


def _wait_until_ready(port: int, *, folder: Path, console: Console) -> None:
    ready = readiness.wait_until_ready(port, console=console)
    try:
        asyncio.run(asyncio.wait_for(ready, _READY_SECONDS))
    except TimeoutError:
        log = (folder / "web.log").read_text(errors="replace")
        raise Failed(f"web was not ready in {_READY_SECONDS} s:\n{log[-2000:]}") from None


def _wait_until_quiet(pids: list[int]) -> None:
    """A worker that still starts would be paid for by the first row; after a while we go on all the same."""

    def used() -> float:
        return sum(cpu.seconds_of(pid) for pid in pids)

    def is_quiet() -> bool:
        before = used()
        time.sleep(0.5)
        return used() - before < 0.03

    processes.wait_until(is_quiet, seconds=_QUIET_SECONDS)
