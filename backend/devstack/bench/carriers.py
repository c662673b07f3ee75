"""The servers that may carry REST, side by side: one process of each, asked the same in turn (ADR 15)."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import NamedTuple

from backend.devstack import ports
from backend.devstack.bench import measuring, reads, requests, shop, writes
from backend.devstack.bench.load import Result
from backend.devstack.bench.measuring import Measure
from backend.devstack.bench.row import Row
from backend.devstack.console import Console

YARDSTICK = "Granian WSGI"
_SHARE = 0.5  # of a row's time, for each server
_WEB = [sys.executable, "-m", "backend.config.web"]
_ASGI = [sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "error"]


class Asked(NamedTuple):
    """A file of requests."""

    file: str
    is_circle: bool


ASKED = {
    reads.EMPTY: Asked("empty", is_circle=True),
    reads.LIST_CACHED: Asked("popular lists", is_circle=True),
    writes.ADD: Asked("add", is_circle=False),
}
NAMES = (YARDSTICK, "Granian ASGI", "uvicorn", "Daphne")


def needed(buyers: int) -> int:
    """How many more must wait than for one row."""
    return round(len(NAMES) * _SHARE * buyers)


class Carriers:
    """Each on a port of its own, all with the shop's settings."""

    def __init__(self, measure: Measure, *, console: Console) -> None:
        self._measure = measure
        self._console = console
        self._pids: dict[str, int] = {}
        self._ports = {name: ports.find_free() for name in NAMES}

    def rows(self) -> Iterator[Row]:
        """What each is asked, by server. Raises Failed."""
        requests.write(self._measure.file("empty.requests"), [requests.get(requests.EMPTY)])
        with ExitStack() as stack:
            for name in NAMES:
                self._start(name, stack)
            for what, asked in ASKED.items():
                self._measure.say(f"measuring {what}, by {', '.join(NAMES)}")
                rounds = [self._round(asked) for _ in range(self._measure.repeats)]
                yield from (_middle(what, name, rounds) for name in NAMES)

    def _start(self, name: str, stack: ExitStack) -> None:
        port = self._ports[name]
        ours = {
            **self._measure.shop.settings,
            "PORT": str(port),
            "API_PORT": str(port),
            "API_WORKERS": "1",
            "DATABASE_POOL_SIZE": "20",
            "WEB_SERVER": "uvicorn" if name == "uvicorn" else "daphne",
        }
        log = self._measure.file(f"{name}.log")
        self._pids[name] = stack.enter_context(shop.process(*_command(name, port), settings=ours, log=log))
        shop.wait_until_ready(port, folder=self._measure.shop.folder, console=self._console)

    def _round(self, asked: Asked) -> dict[str, Result]:
        return {name: self._ask(name, asked) for name in NAMES}

    def _ask(self, name: str, asked: Asked) -> Result:
        return self._measure.drive(
            asked.file,
            is_circle=asked.is_circle,
            seconds=_SHARE * self._measure.seconds,
            statuses={"200", "201"},
            port=self._ports[name],
            pids={**self._measure.shop.pids, "api": self._pids[name]},
        )


def _command(name: str, port: int) -> list[str]:
    if name == YARDSTICK:
        return [sys.executable, "-m", "backend.config.rest"]
    if name == "Granian ASGI":
        return [*_ASGI, "--port", str(port), "backend.config.asgi:application"]
    return _WEB


def _middle(what: str, name: str, rounds: Sequence[Mapping[str, Result]]) -> Row:
    return Row.middle([_row(what, name, one) for one in rounds])


def _row(what: str, name: str, results: Mapping[str, Result]) -> Row:
    yardstick = measuring.rate(results[YARDSTICK])
    found = measuring.row(f"{what}, by {name}", results[name], yardstick=YARDSTICK, yardstick_rate=yardstick)
    return found if name != YARDSTICK else replace(found, yardstick="itself")
