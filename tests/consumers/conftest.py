"""Real sockets to a real server: one web process for each worker of the run, on the test's own database."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.utils import timezone

from backend.devstack import ports, processes, tether
from tasks import relay
from tests.consumers.ears import Shop


def start_web(*, port: int, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """A web process, ready to serve. It may sign in ten sockets a user, and knows one foreign page."""
    address = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(address._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "PORT": str(port),
        "CORS_ALLOWED_ORIGINS": "https://friend.example",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        **environment,
    }
    with log.open("ab") as out:
        words = tether.command(sys.executable, "-m", "backend.config.web", signal=signal.SIGKILL)
        process = subprocess.Popen(words, env=environment, stdout=out, stderr=out)
    ready = processes.wait_until(lambda: not ports.is_free(port) or process.poll() is not None, seconds=20)
    assert ready, log.read_text()
    assert process.poll() is None, log.read_text()
    return process


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the web process."""
    port, log = ports.find_free(), tmp_path_factory.mktemp("web") / "web.log"
    process = start_web(port=port, log=log)
    yield port
    processes.stop(process, first=signal.SIGTERM, grace=8)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def shop(server: int, transactional_db: None) -> Iterator[Shop]:
    """Open sockets with `shop.listen(...)`; they are closed at the end."""
    with ExitStack() as opened:
        yield Shop(server, opened)


@pytest.fixture
def tell(transactional_db: None) -> Callable[[], None]:
    """Relay what is in the outbox; the jobs it starts are not run."""

    def run() -> None:
        while relay.step(now=timezone.now(), send=lambda job: None):
            pass

    return run
