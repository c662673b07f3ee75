"""Whole checkouts, by a process: 16 buyers at a time fill a cart, order, open an intent and pay.

`python -m backend.devstack.bench.journey` reads a Job as JSON and prints a Result. A buyer is through when
the shop has taken the webhook; measured is until the last of them has an order that is `processing`. Buyers
who don't pay are through when they have ordered.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from backend.devstack.bench import cpu, requests, statements
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.wire import Wire

_PAUSE = 0.05
_LATEST_SECONDS = 60
_LOOKED_AT = 50  # orders that are asked for over REST afterwards
_PAID = "SELECT count(*) FROM orders_order WHERE status = 'processing'"


@dataclass(frozen=True)
class Job:
    """`buyers`: a file with one a line, of which `skip` have bought already."""

    port: int
    till_port: int
    buyers: str
    skip: int
    connections: int
    seconds: float
    pids: dict[str, int]
    pays: bool = True


@dataclass(frozen=True)
class Result:
    """`delays` are from the first request to the last answer; `waited`, till the last is processing."""

    count: int
    seconds: float
    waited: float
    delays: Delays
    load_cpu: float
    cpu: dict[str, float]
    ran_out: bool


class Buying:
    """One connection's buyers, one after another, until the time is over."""

    def __init__(self, shop: Wire, till: Wire, *, pays: bool) -> None:
        self._shop, self._till, self._pays = shop, till, pays
        self.orders: list[tuple[str, str]] = []
        self.delays: list[float] = []

    async def go(self, buyers: Iterator[dict[str, Any]], *, until: float) -> None:
        """One of them at least, however soon the time is up on a busy machine."""
        while (time.perf_counter() < until or not self.delays) and (buyer := next(buyers, None)):
            began_at = time.perf_counter()
            await self._buy(buyer)
            self.delays.append(time.perf_counter() - began_at)

    async def _buy(self, buyer: dict[str, Any]) -> None:
        signed_in = requests.bearer(buyer["token"])
        ask = self._shop.ask
        await ask(requests.post(requests.ADD, body=buyer["item"], headers=signed_in))
        order = await ask(requests.post(requests.CHECKOUT, body=buyer["addresses"], headers=signed_in))
        if self._pays:
            await self._pay(order["id"], signed_in)
        self.orders.append((order["id"], buyer["token"]))

    async def _pay(self, order: str, signed_in: dict[str, str]) -> None:
        ask = self._shop.ask
        wish = {"order_id": order}
        intent = await ask(requests.post(requests.INTENT, body=wish, headers=signed_in))
        paid = requests.post(f"/pay/{intent['payment_intent_id']}", body="", headers={})
        told = await self._till.ask(paid)
        signature = {"Stripe-Signature": told["signature"]}
        await ask(requests.post(requests.WEBHOOK, body=told["body"], headers=signature))

    async def close(self) -> None:
        await self._shop.close()
        await self._till.close()


async def drive(job: Job, database: psycopg.Connection) -> Result:
    """Raises Unexpected, TimeoutError, ConnectionError when something is not as it should be."""
    lines = Path(job.buyers).read_text().splitlines()[job.skip :]
    buyers = (json.loads(line) for line in lines)
    everybody = [
        Buying(await Wire.open(job.port), await Wire.open(job.till_port), pays=job.pays)
        for _ in range(job.connections)
    ]
    paid = _paid(database)
    began_at, load_cpu, before = time.perf_counter(), time.process_time(), cpu.of_trees(job.pids)
    await asyncio.gather(*(buying.go(buyers, until=began_at + job.seconds) for buying in everybody))
    for buying in everybody:
        await buying.close()
    orders = [order for buying in everybody for order in buying.orders]
    bought_at = time.perf_counter()
    await _all_paid(database, paid + (len(orders) if job.pays else 0))
    ended_at, after = time.perf_counter(), cpu.of_trees(job.pids)
    load_cpu = time.process_time() - load_cpu
    await _look(job.port, orders, status="processing" if job.pays else "pending")
    return Result(
        count=len(orders),
        seconds=ended_at - began_at,
        waited=ended_at - bought_at,
        delays=Delays.of(itertools.chain(*(buying.delays for buying in everybody))),
        load_cpu=load_cpu,
        cpu={name: after[name] - used for name, used in before.items()},
        ran_out=len(orders) == len(lines),
    )


def _paid(database: psycopg.Connection) -> int:
    row = database.execute(_PAID).fetchone()
    assert row is not None
    return int(row[0])


async def _all_paid(database: psycopg.Connection, count: int) -> None:
    deadline = time.perf_counter() + _LATEST_SECONDS
    while (found := _paid(database)) < count:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{count - found} orders are not processing after {_LATEST_SECONDS} s")
        await asyncio.sleep(_PAUSE)


async def _look(port: int, orders: list[tuple[str, str]], *, status: str) -> None:
    """REST says the same as the table, to some of the buyers."""
    wire = await Wire.open(port)
    for order, token in orders[:: len(orders) // _LOOKED_AT or 1]:
        found = await wire.ask(requests.get(f"{requests.CHECKOUT}{order}/", token=token))
        if found["status"] != status:
            raise ConnectionError(f"order {order} is {found['status']}")
    await wire.close()


def main() -> None:
    job = Job(**json.load(sys.stdin))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        statements.leave_out(database)
        print(json.dumps(asdict(asyncio.run(drive(job, database)))))


if __name__ == "__main__":
    main()
