"""A web process that can be hurt, bad lines to it, and programs built on both published clients."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils import timezone

from backend.devstack import ports, processes
from tasks import relay
from tests import live
from tests.sdk.programs import COMMANDS, Program
from tests.wire import proxy

SERVERS = ("daphne", "uvicorn")


@dataclass
class Web:
    """A web process at a port that stays the same."""

    port: int
    log: Path
    by: str = "daphne"
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = live.start(
                port=self.port, log=self.log, environment=self.settings | {"WEB_SERVER": self.by}
            )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Returns when it is gone."""
        if self.process is not None:
            processes.stop(self.process, first=number, grace=10)


@pytest.fixture(scope="session")
def the_webs(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Web]]:
    """One by each server; whoever wants one starts it."""
    folder = tmp_path_factory.mktemp("sdk")
    made = {by: Web(ports.find_free(), folder / f"{by}.log", by=by) for by in SERVERS}
    yield made
    for web in made.values():
        web.stop()
    logs = "".join(web.log.read_text() for web in made.values() if web.log.exists())
    assert "Traceback" not in logs, logs


@pytest.fixture(params=SERVERS)
def web(request: pytest.FixtureRequest, the_webs: dict[str, Web], transactional_db: None) -> Web:
    the_webs[request.param].start()
    return the_webs[request.param]


@pytest.fixture
def other_web(web: Web, the_webs: dict[str, Web]) -> Web:
    """By the other server; it does not run yet, or still does."""
    return next(other for other in the_webs.values() if other is not web)


@pytest.fixture
def line(web: Web) -> Iterator[proxy.Proxy]:
    """Programs reach the shop by it, so that it can be cut."""
    with proxy.before(web.port) as made:
        yield made


@pytest.fixture(params=sorted(COMMANDS))
def program(request: pytest.FixtureRequest) -> Iterator[Callable[[], Program]]:
    """Start programs with `program()`; they end with the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(Program(request.param))


@pytest.fixture
def tell(transactional_db: None) -> Callable[[], None]:
    """Relay what is in the outbox; the jobs it starts are not run."""

    def run() -> None:
        while relay.step(now=timezone.now(), send=lambda job: None):
            pass

    return run
