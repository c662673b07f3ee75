"""A real web process on this test worker's own database, for tests that need HTTP or parallel requests."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from backend.devstack import ports, processes, tether

READY_SECONDS = 60
WEB = ("backend.config.web",)
REST = ("backend.config.rest",)


@contextmanager
def web(*, log: Path, module: Sequence[str] = WEB, **environment: str) -> Iterator[str]:
    """Its address. Needs the test database (`django_db_setup`); its log must stay free of tracebacks."""
    port = ports.find_free()
    process = start(port=port, log=log, environment=environment, module=module)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop(process, first=signal.SIGTERM, grace=8)
    assert "Traceback" not in log.read_text(), log.read_text()


def database_url() -> str:
    """Of the database that this worker's tests write to."""
    address = urlsplit(os.environ["SHOPWIRE_TEST_POSTGRES"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


def start(
    *, port: int, log: Path, environment: dict[str, str], module: Sequence[str] = WEB
) -> subprocess.Popen[bytes]:
    """The process itself, ready to serve; whoever calls stops it."""
    given = {"ALLOWED_HOSTS": "127.0.0.1,localhost", **environment}
    settings = {
        **os.environ,
        **given,
        "DATABASE_URL": database_url(),
        "PORT": str(port),
        "API_PORT": str(port),
    }
    # Tied to this process, so that a killed test run leaves no server behind.
    command = tether.command(sys.executable, "-m", *module, signal=signal.SIGKILL)
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=settings, stdout=out, stderr=out)
    processes.wait_until(lambda: answers(port) or process.poll() is not None, seconds=READY_SECONDS)
    assert process.poll() is None, log.read_text()
    return process


def answers(port: int) -> bool:
    """Whether anybody listens there; a port that is taken need not be listened on yet."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
