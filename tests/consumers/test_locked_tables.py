"""While a table is locked each app is answered within five seconds, and nobody suffers afterwards."""

import time
from contextlib import contextmanager

import psycopg
import pytest

from backend.core import redis
from backend.devstack import processes
from tests import factories, live
from tests.caller import Caller
from tests.consumers.test_metrics import Metrics

pytestmark = pytest.mark.slow
LIMIT_SECONDS = 5
CROWD = 6  # more than there are threads
BUSY = {"error": {"code": 100, "message": "internal server error", "temporary": True}}


@contextmanager
def locked(table):
    """By another session; gives a function that waits until so many wait for it."""
    with psycopg.connect(live.database_url()) as holder, psycopg.connect(live.database_url()) as onlooker:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        onlooker.autocommit = True
        question = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"

        def wait_for(number):
            def is_so():
                return onlooker.execute(question, [table]).fetchone()[0] >= number

            assert processes.wait_until(is_so, seconds=LIMIT_SECONDS)

        yield wait_for
        holder.rollback()


def crowd_in(apps, method, bodies, wait_for):
    """One after the other asks; the first two wait for the table, the others for them."""
    said = []
    for number, (app, body) in enumerate(zip(apps, bodies, strict=True)):
        app.say({"id": 1, method: body})
        said.append(time.monotonic())
        wait_for(min(number + 1, 2))
    return said


def test_subscribes_are_answered_in_time(apps, alice, staff):
    skus = [f"S{number}" for number in range(CROWD)]
    for sku in skus:
        factories.stock(sku=sku, product="a", on_hand=1)
    boss, noisy, crowd = apps.open(staff), apps.open(), [apps.open() for _ in skus]
    late, metrics = apps.open(alice), Metrics(apps.port)
    closed = metrics.read()["sockets_closed_total", "3013", "too many requests"]

    with locked("inventory_stock") as wait_for:
        said = crowd_in(crowd, "subscribe", [{"channel": f"stock:{sku}"} for sku in skus], wait_for)
        wanted = ((2, "stock:S5"), (3, f"orders:{alice.pk}"))
        late.say(*({"id": number, "subscribe": {"channel": topic}} for number, topic in wanted))
        said.append(time.monotonic())
        noisy.say({"id": 2, "subscribe": {"channel": "stock:S0"}})
        for _ in range(300):
            noisy.say({})

        for app, at in zip([*crowd, late], said, strict=True):
            assert app.hear().items() >= BUSY.items()
            assert time.monotonic() - at < LIMIT_SECONDS
        assert late.hear()["subscribe"]["data"]["data"] == []
        assert noisy.farewell() == 3013

    assert metrics.read()["sockets_closed_total", "3013", "too many requests"] == closed + 1
    assert boss.ask("presence_stats", channel="stock:S5")["num_clients"] == 0
    for app in (*crowd, late):
        app.numbers = 3
        assert app.subscribe("stock:S5")["offset"] == 1
    assert boss.ask("presence_stats", channel="stock:S5")["num_clients"] == CROWD + 1


def test_connects_are_answered_in_time(apps, alice):
    token, crowd = Caller(alice).token, [apps.raw() for _ in range(CROWD)]
    strangers = [{"token": Caller(factories.user()).token} for _ in crowd]

    with locked("accounts_session") as wait_for:
        said = crowd_in(crowd, "connect", strangers, wait_for)
        for app, at in zip(crowd, said, strict=True):
            assert app.hear() == {"id": 1, **BUSY}
            assert time.monotonic() - at < LIMIT_SECONDS
        assert redis.client().keys("sockets:????????-*") == []

    for app in crowd:
        app.numbers = 1
        assert app.ask("connect", token=token)["expires"]
    assert redis.client().zcard(f"sockets:{alice.pk}") == CROWD
