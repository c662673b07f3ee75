"""The rows that write: the cart, the order, and everything from the cart to a paid order."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from urllib.parse import urlsplit

from backend.devstack.bench import audit, journey, measuring, sql, statements, workers
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.measuring import CONNECTIONS, Measure
from backend.devstack.bench.row import Row

ADD, MANY, HOT = "add to cart", "checkout, many SKUs", "checkout, one hot SKU"
ORDER, WHOLE = "cart and order", "full checkout"
# For each of a row's measurements, and a second of it: as many as the shop serves and enough for pgbench.
BUYERS_A_SECOND = 1200
_COUNTED = 0.4  # of a row's time


class Writes:
    """Every buyer takes part once, in the shop and in the copy that pgbench works on."""

    def __init__(self, measure: Measure, *, buyers: int) -> None:
        self._measure = measure
        self._each = (buyers - 1) // measure.repeats // sql.CLIENTS * sql.CLIENTS
        self._replayed = dict.fromkeys(("add", "many", "hot"), 0)
        self.orders = self.sold = 0

    def rows(self) -> Iterator[Row]:
        """The table's, in its order, and then the audit. Raises Failed."""
        yield self._measure.row(ADD, partial(self.one, ADD, "add", 0.10))
        yield from self._checkouts()
        yield self._measure.row(ORDER, self.order)
        yield self.counted(self._measure.row(WHOLE, self.whole))
        self.audit()

    def _checkouts(self) -> Iterator[Row]:
        """In turn, so that both meet the same weather on a machine that has other things to do."""
        self._measure.say(f"measuring {MANY}; {HOT}")
        pairs = [
            (self.one(MANY, "many", 0.10), self.one(HOT, "hot", None)) for _ in range(self._measure.repeats)
        ]
        yield Row.middle([many for many, _ in pairs])
        yield Row.middle([hot for _, hot in pairs])
        yield Row.middle([_against(hot, many) for many, hot in pairs])

    def audit(self) -> None:
        """Raises Failed when the tables say otherwise than the answers."""
        shop = self._measure.shop
        audit.check(shop.database_url, orders=self.orders + audit.RECORDED, sold=self.sold)
        replayed = self._replayed["many"] + self._replayed["hot"]
        audit.check(shop.copy_url, orders=replayed + audit.RECORDED, sold=0)

    def one(self, name: str, queue: str, least: float | None) -> Row:
        """Beside its statements alone."""
        script, first = self._measure.file(f"{queue}.sql"), self._replayed[queue]
        alone = sql.run_queue(script=script, url=self._measure.shop.copy_url, first=first, buyers=self._each)
        self._replayed[queue] += self._each
        result = self._measure.drive(queue, statuses={"200", "201"})
        if queue != "add":
            self.orders += result.statuses["201"]
        self._measure.settle()
        queries = self._measure.queries(queue)
        return measuring.beside_sql(name, result, alone=alone, queries=queries, least=least)

    def whole(self) -> Row:
        """Four requests to the shop each, one of them Stripe's, until the order is `processing`."""
        return self._bought(WHOLE, pays=True)

    def order(self) -> Row:
        """Two requests each: what a full checkout is where nobody pays."""
        return self._bought(ORDER, pays=False)

    def counted(self, whole: Row) -> Row:
        """The row, and how many statements an order is to PostgreSQL, whoever sent them, its mail's too."""
        url = self._measure.shop.database_url
        statements.begin(url)
        result = self._buy(pays=True, seconds=_COUNTED * self._measure.seconds)
        found = statements.end(url)
        return replace(whole, queries=found.statements / result.count, commits=found.commits / result.count)

    def _bought(self, name: str, *, pays: bool) -> Row:
        empty = measuring.rate(self._measure.empty())
        result = self._buy(pays=pays, seconds=self._measure.seconds)
        return Row(
            name=name,
            ratio=result.count / result.seconds / empty,
            yardstick="empty endpoint",
            rate=result.count / result.seconds,
            yardstick_rate=empty,
            delays=result.delays,
            load_cpu=result.load_cpu / result.seconds,
            cpu_ms={process: 1000 * used / result.count for process, used in result.cpu.items()},
            note="ran out of buyers" if result.ran_out else "",
        )

    def _buy(self, *, pays: bool, seconds: float) -> journey.Result:
        """Returns when what follows from the orders is done, too."""
        measure = self._measure
        job = journey.Job(
            port=measure.shop.api_port,
            till_port=urlsplit(measure.shop.settings["STRIPE_API_BASE"]).port or 0,
            buyers=str(measure.file("whole.buyers")),
            skip=measure.used["whole"],
            connections=CONNECTIONS,
            seconds=seconds,
            pids=dict(measure.shop.pids),
            pays=pays,
        )
        answer = workers.ask("journey", asdict(job), settings=measure.shop.settings)
        result = journey.Result(**{**answer, "delays": Delays(**answer["delays"])})
        measure.used["whole"] += result.count
        self.orders += result.count
        self.sold += result.count if pays else 0
        measure.settle()
        return result


def _against(hot: Row, many: Row) -> Row:
    return Row(
        name=f"{HOT}, against many",
        ratio=hot.rate / many.rate,
        yardstick=MANY,
        rate=hot.rate,
        yardstick_rate=many.rate,
        least=0.70,
    )
