"""The web process as a whole: how it begins, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.cart import queries as carts
from backend.devstack import processes
from tests import factories
from tests.consumers.apps import Apps
from tests.consumers.conftest import both_servers
from tests.consumers.ears import Shop

pytestmark = [pytest.mark.slow, pytest.mark.long]


def is_somebody_waiting() -> bool:
    """For a lock in this database; others are on the same server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks AS own JOIN pg_locks AS asked USING (pid) WHERE NOT asked.granted"
            " AND own.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def buy(port, caller, product, answers):
    body = json.dumps({"product_id": str(product.pk), "quantity": 1}).encode()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/api/v1/cart/items/"
    with urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers)) as answer:
        answers.append(answer.status)


@both_servers
def test_at_the_end_sockets_are_told_and_requests_finish(web, opened, as_alice, alice, by):
    port, process = web(WEB_SERVER=by)
    answers = []
    ears = [Shop(port, opened).listen("cart/", alice) for _ in range(3)]
    for one in ears:
        one.frame()
    arguments = (port, as_alice, factories.product(sku="MUG"), answers)
    buying = threading.Thread(target=buy, args=arguments)

    with transaction.atomic():
        carts.lock_cart(user_id=alice.pk, now=timezone.now())
        buying.start()
        assert processes.wait_until(is_somebody_waiting, seconds=30)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert [one.end() for one in ears] == [(3001, [])] * 3
    buying.join()

    assert (answers, process.wait(30)) == ([201], 0)
    assert time.monotonic() - asked_at < 5


@both_servers
def test_at_the_end_apps_are_told_one_by_one(web, opened, by):
    factories.product(sku="MUG")
    port, process = web(WEB_SERVER=by)
    apps = [Apps(port, opened).open() for _ in range(100)]
    for app in apps:
        app.subscribe("stock:MUG")

    process.send_signal(signal.SIGTERM)

    assert [app.farewell() for app in apps] == [3001] * 100
    assert process.wait(30) == 0


@both_servers
def test_a_taken_port_is_one_line(by):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = [sys.executable, "-m", "backend.config.web"]
        web = subprocess.run(
            words, env={**os.environ, "PORT": str(port), "WEB_SERVER": by}, capture_output=True, text=True
        )

    assert web.returncode == 1
    assert web.stderr.startswith(f"shopwire: port {port} can't be used")
    assert web.stderr.count("\n") == 1
