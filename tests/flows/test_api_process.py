"""The api process and the proxy: they end well, what dies is started again, and sockets pass."""

import os
import signal
import socket
import threading
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from django.db import transaction
from django.utils import timezone

from backend.cart import queries as carts
from backend.devstack import ports, processes
from tests import factories, live
from tests.consumers.ears import Shop
from tests.consumers.test_web import is_somebody_waiting
from tests.flows import nginx

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def granian(django_db_setup, tmp_path):
    """A process of Granian that the test may end, with its address."""
    number, log = ports.find_free(), tmp_path / "api.log"
    process = live.start(port=number, log=log, environment={"API_WORKERS": "2"}, module=live.REST)
    yield process, f"http://127.0.0.1:{number}"
    processes.stop(process, first=signal.SIGTERM, grace=8)


def test_sockets_open_through_the_proxy(alice, django_db_setup, tmp_path):
    with (
        live.web(log=tmp_path / "web.log") as web,
        nginx.running(folder=tmp_path / "nginx", web=urlsplit(web).port, api=1) as port,
        ExitStack() as opened,
    ):
        cart = Shop(port, opened).listen("cart/", alice).frame()
        away = httpx.get(f"http://127.0.0.1:{port}/api/v1/cart/", timeout=20)

    assert (cart["type"], cart["data"]["items"]) == ("snapshot", [])
    assert (away.status_code, away.json()["code"], away.headers["Retry-After"]) == (503, "unavailable", "1")


def is_alive(url):
    try:
        return httpx.get(f"{url}/healthz", timeout=20).status_code == 200
    except httpx.ConnectError:
        return False


def test_the_proxy_keeps_slow_senders_from_the_api(django_db_setup, tmp_path):
    head = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    few = {"API_WORKERS": "1", "API_THREADS": "2"}
    with (
        live.web(log=tmp_path / "api.log", module=live.REST, **few) as api,
        nginx.running(folder=tmp_path / "nginx", web=1, api=urlsplit(api).port) as port,
        ExitStack() as opened,
    ):
        for _ in range(10):
            wire = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            wire.sendall(head + b"Content-Length: 100\r\n\r\n{")
        answers = [
            httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/login/", json={}, timeout=20) for _ in range(3)
        ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_told_to_end_the_api_lets_requests_finish(granian, as_alice, alice):
    process, url = granian
    mug = factories.product(sku="MUG")
    answers = []

    def buy():
        headers = {"Authorization": f"Bearer {as_alice.token}"}
        body = {"product_id": str(mug.pk), "quantity": 1}
        answers.append(httpx.post(f"{url}/api/v1/cart/items/", json=body, headers=headers, timeout=20))

    buying = threading.Thread(target=buy)
    with transaction.atomic():
        carts.lock_cart(user_id=alice.pk, now=timezone.now())
        buying.start()
        assert processes.wait_until(is_somebody_waiting, seconds=30)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
    buying.join()

    assert ([answer.status_code for answer in answers], process.wait(10)) == ([201], 0)
    assert time.monotonic() - asked_at < 10


def test_a_worker_of_the_api_that_dies_is_started_again_and_none_outlives_the_api(granian):
    process, url = granian
    workers = psutil.Process(process.pid).children()
    os.kill(workers[0].pid, signal.SIGKILL)

    def are_two():
        living = [one for one in psutil.Process(process.pid).children() if one.status() != "zombie"]
        return len(living) == 2 and workers[0] not in living

    assert processes.wait_until(are_two, seconds=30)
    assert processes.wait_until(lambda: is_alive(url), seconds=30)
    left = psutil.Process(process.pid).children()
    process.kill()
    assert not psutil.wait_procs(left, timeout=30)[1]
