"""While a table is locked each app is answered all the same, and nobody suffers afterwards."""

import os
import signal
from contextlib import contextmanager

import psycopg
import pytest

from backend.core import redis
from backend.devstack import processes
from tests import factories, live
from tests.caller import Caller
from tests.consumers.test_metrics import Metrics

pytestmark = pytest.mark.slow
# Who is not answered while the table is locked is not answered at all: there is time enough.
PATIENCE_SECONDS = 20
CROWD = 6  # more than there are threads
BUSY = {"error": {"code": 100, "message": "internal server error", "temporary": True}}


@contextmanager
def locked(table):
    """By another session, for as long as this takes; gives a function that waits until so many wait for it.

    The sessions that wait are stopped, so that PostgreSQL's own limit ends nothing: whoever is answered
    meanwhile is answered by the shop.
    """
    stopped = set()
    with psycopg.connect(live.database_url()) as holder, psycopg.connect(live.database_url()) as onlooker:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        onlooker.autocommit = True
        question = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = %s::regclass"

        def wait_for(number):
            def is_so():
                waiting = {pid for (pid,) in onlooker.execute(question, [table])}
                for pid in waiting - stopped:
                    os.kill(pid, signal.SIGSTOP)
                stopped.update(waiting)
                return len(waiting) >= number

            assert processes.wait_until(is_so, seconds=PATIENCE_SECONDS)

        try:
            yield wait_for
        finally:
            holder.rollback()
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


def crowd_in(apps, method, bodies, wait_for):
    """One after the other asks; the first two wait for the table, the others for them."""
    for number, (app, body) in enumerate(zip(apps, bodies, strict=True)):
        app.say({"id": 1, method: body})
        wait_for(min(number + 1, 2))


def test_subscribes_are_answered_while_it_is_locked(apps, alice, staff):
    skus = [f"S{number}" for number in range(CROWD)]
    for sku in skus:
        factories.stock(sku=sku, product="a", on_hand=1)
    boss, noisy, crowd = apps.open(staff), apps.open(), [apps.open() for _ in skus]
    late, metrics = apps.open(alice), Metrics(apps.port)
    closed = metrics.read()["sockets_closed_total", "3013", "too many requests"]

    with locked("inventory_stock") as wait_for:
        crowd_in(crowd, "subscribe", [{"channel": f"stock:{sku}"} for sku in skus], wait_for)
        wanted = ((2, "stock:S5"), (3, f"orders:{alice.pk}"))
        late.say(*({"id": number, "subscribe": {"channel": topic}} for number, topic in wanted))
        noisy.say({"id": 2, "subscribe": {"channel": "stock:S0"}})
        for _ in range(300):
            noisy.say({})

        for app in (*crowd, late):
            assert app.hear(patience=PATIENCE_SECONDS).items() >= BUSY.items()
        assert late.hear()["subscribe"]["data"]["data"] == []
        assert noisy.farewell() == 3013

    assert metrics.read()["sockets_closed_total", "3013", "too many requests"] == closed + 1
    assert boss.ask("presence_stats", channel="stock:S5")["num_clients"] == 0
    for app in (*crowd, late):
        app.numbers = 3
        assert app.subscribe("stock:S5")["offset"] == 1
    assert boss.ask("presence_stats", channel="stock:S5")["num_clients"] == CROWD + 1


def test_connects_are_answered_while_it_is_locked(apps, alice):
    token, crowd = Caller(alice).token, [apps.raw() for _ in range(CROWD)]
    strangers = [{"token": Caller(factories.user()).token} for _ in crowd]

    with locked("accounts_session") as wait_for:
        crowd_in(crowd, "connect", strangers, wait_for)
        for app in crowd:
            assert app.hear(patience=PATIENCE_SECONDS) == {"id": 1, **BUSY}
        assert redis.client().keys("sockets:????????-*") == []

    for app in crowd:
        app.numbers = 1
        assert app.ask("connect", token=token)["expires"]
    assert redis.client().zcard(f"sockets:{alice.pk}") == CROWD
