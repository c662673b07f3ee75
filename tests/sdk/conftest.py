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
        processes.stop(self.process, first=number, grace=10)


@pytest.fixture(scope="session")
def the_web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    made = Web(ports.find_free(), tmp_path_factory.mktemp("sdk") / "web.log")
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.log.read_text(), made.log.read_text()


@pytest.fixture
def web(the_web: Web, transactional_db: None) -> Web:
    the_web.start()
    return the_web


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
