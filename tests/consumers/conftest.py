"""Real sockets to a real server: one web process for each worker of the run, on the test's own database."""

import gc
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from backend.accounts.models import User
from backend.catalog.models import Product
from backend.core import redis
from backend.devstack import ports, processes, valkey
from tasks import relay
from tests import cluster, factories, live
from tests.consumers.apps import Apps
from tests.consumers.ears import Shop
from tests.consumers.test_cart import add
from tests.consumers.test_centrifuge_topics import cart_topic

both_servers = pytest.mark.parametrize("by", ["daphne", "uvicorn"])


def start_web(*, port: int, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """A web process, ready to serve. It may sign in ten sockets a user, and knows one foreign page."""
    given = {"CORS_ALLOWED_ORIGINS": "https://friend.example", **environment}
    return live.start(port=port, log=log, environment=given)


@pytest.fixture(scope="session", params=["daphne", pytest.param("uvicorn", marks=pytest.mark.slow)])
def server(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The port of the web process, by each server that may carry the sockets."""
    port, log = ports.find_free(), tmp_path_factory.mktemp("web") / "web.log"
    process = start_web(port=port, log=log, WEB_SERVER=request.param)
    yield port
    processes.stop(process, first=signal.SIGTERM, grace=8)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def webs(transactional_db: None, tmp_path: Path) -> Iterator[list[int]]:
    """Ports of a web process by each server, of this test's own."""
    with ExitStack() as opened:
        found: list[int] = []
        for by in ("daphne", "uvicorn"):
            found.append(ports.find_free())
            process = start_web(port=found[-1], log=tmp_path / f"{by}.log", WEB_SERVER=by)
            opened.callback(processes.stop, process, first=signal.SIGTERM, grace=8)
        yield found
    logs = "".join((tmp_path / f"{by}.log").read_text() for by in ("daphne", "uvicorn"))
    assert "Traceback" not in logs, logs


@pytest.fixture
def shop(server: int, transactional_db: None) -> Iterator[Shop]:
    """Open sockets with `shop.listen(...)`; they are closed at the end."""
    with ExitStack() as opened:
        yield Shop(server, opened)


@pytest.fixture
def apps(server: int, transactional_db: None) -> Iterator[Apps]:
    """Open the apps' socket with `apps.open(...)`; all are closed at the end."""
    with ExitStack() as opened:
        yield Apps(server, opened)


@pytest.fixture
def tell(transactional_db: None) -> Callable[[], None]:
    """Relay what is in the outbox; the jobs it starts are not run."""

    def run() -> None:
        while relay.step(now=timezone.now(), send=lambda job: None):
            pass

    return run


@pytest.fixture
def mug(transactional_db: None) -> Product:
    return factories.product(sku="MUG", quantity=1000)


@pytest.fixture
def change(alice: User, mug: Product, tell: Callable[[], None]) -> Callable[..., None]:
    """Change alice's cart so many times, and tell it."""

    def run(times: int = 1) -> None:
        for _ in range(times):
            add(alice, mug)
            tell()

    return run


@pytest.fixture
def position(apps: Apps, alice: User, change: Callable[..., None]) -> tuple[str, dict[str, Any]]:
    """Alice's cart topic, and where a client of hers stood when it left: at version 2."""
    topic = cart_topic(alice)
    change()
    app = apps.open(alice)
    reply = app.subscribe(topic)
    app.close()
    return topic, {"recover": True, "epoch": reply["epoch"], "offset": reply["offset"]}


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """A web process of this test's own: `web(REDIS_URL=…)` gives its port and the process."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> tuple[int, subprocess.Popen[bytes]]:
        port = ports.find_free()
        started.append(start_web(port=port, log=tmp_path / "web.log", **environment))
        return port, started[-1]

    yield start
    for process in started:
        processes.stop(process, first=signal.SIGTERM, grace=8)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[valkey.Valkey]]:
    with cluster.running(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def clustered(nodes: list[valkey.Valkey], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "REDIS_URL", nodes[0].url)
    monkeypatch.setattr(settings, "REDIS_CLUSTER", True)
    redis.client.cache_clear()
    yield
    redis.client().close()
    redis.client.cache_clear()
    # redis-py drops a node whose slots have moved without closing its connections: collected here, they are
    # no later test's.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
