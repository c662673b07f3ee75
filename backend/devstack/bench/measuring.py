"""Drives the shop from another process, and makes rows of what came back."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from backend.devstack.bench import requests, settling, workers
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.load import Job, Result
from backend.devstack.bench.row import PGBENCH, Row
from backend.devstack.bench.shop import Failed, Shop
from backend.devstack.bench.sql import Alone

CONNECTIONS = 16
WARM_UP = 0.2  # of the time that is measured
_EMPTY_SECONDS = 0.4  # of a row's


@dataclass
class Measure:
    """One shop's. `used` counts the requests of each file that were sent: none is sent twice."""

    shop: Shop
    seconds: float
    repeats: int
    say: Callable[[str], None]
    used: Counter[str] = field(default_factory=Counter)

    def row(self, name: str, once: Callable[[], Row]) -> Row:
        """The middle one of several measurements."""
        self.say(f"measuring {name}")
        return Row.middle([once() for _ in range(self.repeats)])

    def drive(
        self,
        name: str,
        *,
        is_circle: bool = False,
        seconds: float = 0,
        statuses: Collection[str] = ("200",),
        port: int = 0,
        pids: Mapping[str, int] | None = None,
    ) -> Result:
        """NAME.requests to the REST tier, or to a port and processes that may stand in for it.

        Raises Failed for an answer that is not one of these.
        """
        job = Job(
            port=port or self.shop.api_port,
            requests=str(self.file(f"{name}.requests")),
            pids=dict(pids or self.shop.pids),
            seconds=seconds or self.seconds,
            warm_up=WARM_UP * (seconds or self.seconds),
            connections=CONNECTIONS,
            is_circle=is_circle,
            skip=0 if is_circle else self.used[name],
        )
        result = self.load(job)
        self.used[name] += result.sent
        if not result.statuses.keys() <= set(statuses):
            raise Failed(f"{name}: the shop answered {result.statuses}")
        return result

    def load(self, job: Job) -> Result:
        answer = workers.ask("load", asdict(job), settings=self.shop.settings)
        return Result(**{**answer, "delays": Delays(**answer["delays"])})

    def empty(self) -> Result:
        """The yardstick of the rows that read, beside each of them."""
        requests.write(self.file("empty.requests"), [requests.get(requests.EMPTY)])
        return self.drive("empty", is_circle=True, seconds=_EMPTY_SECONDS * self.seconds)

    def queries(self, name: str) -> float:
        """How many statements such a request was seen to send."""
        return float(json.loads(self.file("statements.json").read_text())[name])

    def plans(self) -> str:
        """How PostgreSQL does what one question of each kind asks of it."""
        self.say("explaining one question of each kind")
        questions = json.loads(self.file("explained.json").read_text())
        return workers.text("explain", {"questions": questions}, settings=self.shop.settings)

    def file(self, name: str) -> Path:
        return self.shop.folder / name

    def settle(self) -> None:
        """What is left to do for earlier rows is done before the next."""
        settling.wait(self.shop)


def row(
    name: str,
    result: Result,
    *,
    yardstick: str,
    yardstick_rate: float,
    queries: float | None = None,
    least: float | None = None,
    yardstick_load_cpu: float = 0.0,
) -> Row:
    """Of what load.py saw."""
    return Row(
        name=name,
        ratio=rate(result) / yardstick_rate,
        yardstick=yardstick,
        rate=rate(result),
        yardstick_rate=yardstick_rate,
        delays=result.delays,
        load_cpu=result.load_cpu / result.seconds,
        cpu_ms={process: 1000 * used / result.count for process, used in result.cpu.items()},
        queries=queries,
        least=least,
        yardstick_load_cpu=yardstick_load_cpu,
        note="ran out of requests" if result.ran_out else "",
    )


def beside_sql(name: str, result: Result, *, alone: Alone, queries: float, least: float | None) -> Row:
    """The same beside what its statements did by pgbench."""
    return row(
        name,
        result,
        yardstick=f"its {queries:.3g} statements {PGBENCH}",
        yardstick_rate=alone.rate,
        queries=queries,
        least=least,
        yardstick_load_cpu=alone.load_cpu,
    )


def rate(result: Result) -> float:
    return result.count / result.seconds
