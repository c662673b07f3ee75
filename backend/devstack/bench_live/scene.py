"""What is measured, each a new process: the shop's web or the bare app, by Daphne or uvicorn."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from backend.devstack import ports, processes, readiness, valkey
from backend.devstack.bench import shop
from backend.devstack.bench.shop import Failed, Shop
from backend.devstack.console import Console

type By = Literal["daphne", "uvicorn"]
SERVERS: tuple[By, ...] = ("daphne", "uvicorn")
BARE = "backend.devstack.bench.bare:application"
# As long as the shop's own (config/web.py). Daphne's 50 are full while it is busy for a moment; then the
# system drops handshakes, and clients that believe they are connected wait for half a minute.
CONNECT_QUEUE = 1024
_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running one. `redis_url` is empty for the bare app."""

    by: By
    port: int
    pid: int
    redis_url: str


@contextmanager
def news(measured: Shop) -> Iterator[str]:
    """A Valkey where nobody else is, the relay neither; gives its URL."""
    with valkey.start(folder=measured.folder / f"valkey-{ports.find_free()}") as own:
        yield own.url


@contextmanager
def web(measured: Shop, by: By, *, redis_url: str, console: Console) -> Iterator[Server]:
    """A web process of the shop, ready and met by nobody. Raises Failed."""
    port = ports.find_free()
    more = {"PORT": str(port), "WEB_SERVER": by, "REDIS_URL": redis_url, "SOCKETS_PER_USER": "100000"}
    words = (sys.executable, "-m", "backend.config.web")
    with _process(measured, f"{by}-{port}", *words, settings={**measured.settings, **more}) as pid:
        ready = readiness.wait_until_ready(port, console=console)
        try:
            asyncio.run(asyncio.wait_for(ready, _START_SECONDS))
        except TimeoutError:
            raise Failed(f"web was not ready under {by} in {_START_SECONDS} s") from None
        yield Server(by, port, pid, redis_url)


@contextmanager
def bare(measured: Shop, by: By) -> Iterator[Server]:
    """The yardstick."""
    port = ports.find_free()
    endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog={CONNECT_QUEUE}"
    place = ("--port", str(port), "--backlog", str(CONNECT_QUEUE))
    words = {
        "daphne": ("daphne", "-e", endpoint, "-v", "0", BARE),
        "uvicorn": ("uvicorn", *place, "--log-level", "error", "--lifespan", "off", BARE),
    }[by]
    with _process(measured, f"bare-{port}", sys.executable, "-m", *words, settings=measured.settings) as pid:
        if not processes.wait_until(lambda: not ports.is_free(port), seconds=_START_SECONDS):
            raise Failed(f"the bare app did not start under {by}")
        yield Server(by, port, pid, "")


@contextmanager
def _process(measured: Shop, name: str, *words: str, settings: Mapping[str, str]) -> Iterator[int]:
    """Names its log where the measuring fails."""
    log = measured.folder / f"{name}.log"
    with shop.process(*words, settings=settings, log=log) as pid:
        try:
            yield pid
        except Failed as failure:
            raise Failed(f"{failure}\n{name} said:\n{log.read_text(errors='replace')[-2000:]}") from failure
