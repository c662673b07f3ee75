"""The rows of the REST tier: requests per second over HTTP, each driven by load.py."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from backend.devstack.bench import audit, requests, shop, sql, workers
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.load import Job, Result
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed, Shop

CONNECTIONS = 16
EMPTY = "/bench/empty"  # urls.py, which can't be imported here: it needs Django's settings
_WARM_UP = 0.2  # of the time that is measured
_MOST_A_SECOND = 4000  # requests that differ are made beforehand, for so many


class Rest:
    """Measures one row after another; `say` hears of each."""

    def __init__(self, shop: Shop, *, seconds: float, products: int, buyers: int) -> None:
        self._shop = shop
        self._seconds = seconds
        self._products = products
        self._buyers = buyers
        self._orders = 0

    def rows(self, say: Callable[[str], None]) -> Iterator[Row]:
        """The table's, in its order. Raises Failed."""
        say("measuring the empty endpoint")
        empty = self._empty()
        yield _row("empty endpoint", empty, yardstick="itself", yardstick_rate=_rate(empty))
        yield from self._reads(say)
        for name, queue in (
            ("add to cart", "add"),
            ("checkout, many SKUs", "many"),
            ("checkout, one hot SKU", "hot"),
        ):
            say(f"measuring {name}")
            yield self._write(name, queue)
        audit.check(self._shop.database_url, orders=self._orders)
        audit.check(self._shop.copy_url, orders=2 * sql.served(self._buyers))

    def _reads(self, say: Callable[[str], None]) -> Iterator[Row]:
        count = int(_MOST_A_SECOND * self._seconds)
        lists = {
            "product list, cached": [requests.get(requests.PRODUCTS)],
            "product list, uncached": requests.filtered_lists(count),
            "product detail, uncached": requests.details(count, products=self._products),
        }
        for name, asked in lists.items():
            say(f"measuring {name}")
            file = self._file("read", asked)
            # Before and after, so that both meet the same weather on a machine that has other things to do.
            before = _rate(self._empty())
            result = self._drive(name, file, is_circle="uncached" not in name)
            empty = (before + _rate(self._empty())) / 2
            yield _row(name, result, yardstick="empty endpoint", yardstick_rate=empty)

    def _empty(self) -> Result:
        file = self._file("empty", [requests.get(EMPTY)])
        return self._drive("empty endpoint", file, is_circle=True)

    def _write(self, name: str, queue: str) -> Row:
        script = self._shop.folder / f"{queue}.sql"
        yardstick = sql.run(script=script, url=self._shop.copy_url, buyers=self._buyers)
        file = self._shop.folder / f"{queue}.requests"
        result = self._drive(name, file, is_circle=False, statuses={"200", "201"})
        if queue != "add":
            self._orders += result.statuses["201"]
        shop.wait_until_told(self._shop)
        statements = json.loads((self._shop.folder / "statements.json").read_text())[queue]
        words = f"its {statements} statements by pgbench"
        return _row(name, result, yardstick=words, yardstick_rate=yardstick)

    def _drive(self, name: str, file: Path, *, is_circle: bool, statuses: Iterable[str] = ("200",)) -> Result:
        job = Job(
            port=self._shop.port,
            requests=str(file),
            is_circle=is_circle,
            seconds=self._seconds,
            warm_up=_WARM_UP * self._seconds,
            connections=CONNECTIONS,
            server_pid=self._shop.web_pid,
        )
        answer = workers.ask("load", asdict(job), settings=self._shop.settings)
        result = Result(**{**answer, "delays": Delays(**answer["delays"])})
        if not result.statuses.keys() <= set(statuses):
            raise Failed(f"{name}: the shop answered {result.statuses}")
        return result

    def _file(self, name: str, asked: Iterable[str]) -> Path:
        file = self._shop.folder / f"{name}.requests"
        requests.write(file, asked)
        return file


def _row(name: str, result: Result, *, yardstick: str, yardstick_rate: float) -> Row:
    row = Row(
        name=name,
        ratio=_rate(result) / yardstick_rate,
        yardstick=yardstick,
        rate=_rate(result),
        yardstick_rate=yardstick_rate,
        delays=result.delays,
        load_cpu=result.load_cpu / result.seconds,
        server_cpu=result.server_cpu / result.seconds,
        server_ms=1000 * result.server_cpu / result.count,
    )
    return replace(row, note="ran out of buyers") if result.ran_out else row


def _rate(result: Result) -> float:
    return result.count / result.seconds
