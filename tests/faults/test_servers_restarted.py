"""PostgreSQL killed and started again, Redis killed and back empty, Redis hanging: while customers buy."""

import os
import threading
import time
from signal import SIGCONT, SIGKILL, SIGSTOP

import httpx
import psutil
import pytest

from tests.faults import buyer
from tests.faults.buyer import LONGEST_REQUEST, Buyer
from tests.faults.listener import Listener
from tests.faults.shop import wait

pytestmark = pytest.mark.slow
CANCEL = """
from django.utils import timezone
from backend.orders import actions
actions.cancel_order(order_id="{}", user=None, note="by a program beside the shop", now=timezone.now())
"""
RESENT_SECONDS = 45  # a lost message is sent again after 20


class Shopper(threading.Thread):
    """Buys until told to stop; every answer counts."""

    def __init__(self, someone: Buyer) -> None:
        super().__init__(daemon=True)
        self.buyer = someone
        self.answers: list[httpx.Response] = []
        self.slowest = 0.0
        self.placed: list[str] = []
        self.paid: list[str] = []
        self.is_done = threading.Event()

    def run(self) -> None:
        while not self.is_done.is_set():
            self._ask(self.buyer.fill_cart)
            placed = self._ask(self.buyer.check_out)
            if placed.status_code != 201:
                continue
            self.placed.append(placed.json()["id"])
            intent = self._ask(self.buyer.intent_for, self.placed[-1])
            if intent.status_code == 200:
                self.buyer.pay(intent.json()["payment_intent_id"])
                self.paid.append(self.placed[-1])

    def _ask(self, call, *given):
        began = time.monotonic()
        answer = call(*given)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.answers.append(answer)
        return answer


@pytest.fixture
def shoppers(shop):
    """Three strangers who buy while the test goes on."""
    threads = [Shopper(buyer.stranger(shop)) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.is_done.set()
        thread.join(30)
        thread.buyer.http.close()


def finish(shoppers):
    for one in shoppers:
        one.is_done.set()
    for one in shoppers:
        one.join(30)
        assert not one.is_alive()


def answers_of(shoppers):
    return [answer for one in shoppers for answer in one.answers]


def test_postgres_is_killed_and_comes_back_while_customers_buy(shop, shoppers):
    assert wait(lambda: all(len(one.paid) > 1 for one in shoppers))
    pids = {name: shop.processes(name)[0].pid for name in ("web", "worker", "relay", "beat")}
    os.kill(shop.stack.database.pid, SIGKILL)
    wait(lambda: not shop.stack.database.is_running())
    try:
        assert wait(lambda: any(answer.status_code == 503 for answer in answers_of(shoppers)))
    finally:
        shop.stack.database.restart()
    before = [len(one.paid) for one in shoppers]
    assert wait(lambda: all(len(one.paid) > n for one, n in zip(shoppers, before, strict=True)))
    finish(shoppers)

    shop.wait_until_settled()

    answers = answers_of(shoppers)
    assert {answer.status_code for answer in answers} <= {200, 201, 503, 400}, [a.text for a in answers]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.json()["code"] for answer in refused} == {"unavailable"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    # A checkout that was told 503 may have been committed; the next one then finds an empty cart.
    assert {answer.json()["code"] for answer in answers if answer.status_code == 400} <= {"cart_empty"}
    assert max(one.slowest for one in shoppers) < LONGEST_REQUEST
    assert status_of(shop, [order for one in shoppers for order in one.paid]) == {"processing"}
    known = set(shop.rows("SELECT id::text FROM orders_order"))
    assert {order for one in shoppers for order in one.placed} <= known
    assert {name: shop.processes(name)[0].pid for name in pids} == pids  # nobody had to be restarted


def status_of(shop, orders):
    return set(shop.rows("SELECT status FROM orders_order WHERE id = ANY(%s::uuid[])", orders))


def test_redis_comes_back_empty_and_what_it_knew_is_told_again(shop, alice):
    token = alice.http.headers["Authorization"]
    orders = [alice.order() for _ in range(3)]
    shop.wait_until_settled()
    listeners = [Listener(shop, f"orders/{order['id']}/", token) for order in orders]
    for one in listeners:
        assert one.wait_for(lambda frame: frame["type"] == "snapshot")
    shop.signal("worker", SIGSTOP)
    for order in orders:
        alice.pay(order["intent"])
    # All messages are sent, and no job is due again for a while. Only the first can be in the worker's hands.
    sent = "SELECT 1 FROM outbox_job WHERE due_at > now() + interval '5 seconds'"
    assert wait(lambda: len(shop.rows(sent)) >= 3)

    os.kill(shop.stack.news.pid, SIGKILL)
    try:
        orders.append(alice.order())
    finally:
        shop.stack.news.restart_empty()
        shop.signal("worker", SIGCONT)
    alice.pay(orders[-1]["intent"])
    assert shop.wait_until_settled() < RESENT_SECONDS

    assert [alice.statuses(order) for order in orders] == [["pending", "processing"]] * 4
    for one, order in zip(listeners, orders, strict=False):
        assert shows(one, alice.look(order)), (one.code, one.versions)
        one.close()


def test_what_redis_told_before_the_sockets_heard_again_reaches_them(shop, alice):
    order = alice.order()
    shop.wait_until_settled()
    listener = Listener(shop, f"orders/{order['id']}/", alice.http.headers["Authorization"])
    assert listener.wait_for(lambda frame: frame["type"] == "snapshot")

    shop.signal("web", SIGSTOP)
    try:
        os.kill(shop.stack.news.pid, SIGKILL)
        shop.stack.news.restart_empty()
        assert shop.stack.python("manage.py", "shell", "-c", CANCEL.format(order["id"])).returncode == 0
        assert wait(lambda: not untold(shop))
    finally:
        shop.signal("web", SIGCONT)

    assert shows(listener, alice.look(order)), (listener.code, listener.versions)
    listener.close()


def untold(shop):
    return shop.rows("SELECT 1 FROM outbox_event UNION ALL SELECT 1 FROM outbox_feedentry")


def shows(listener, state):
    """The socket brought every version up to the state, or was sent away to come back and see it."""
    listener.wait_for(lambda frame: frame["data"] == state)
    first, last = listener.versions[0], listener.versions[-1]
    has_all = listener.versions == list(range(first, last + 1))
    return (has_all and listener.frames[-1]["data"] == state) or listener.code == 3010


def test_checkout_works_while_redis_hangs(shop, alice):
    redis = psutil.Process(shop.stack.news.pid)
    redis.send_signal(SIGSTOP)
    try:
        # Until a request has really waited for it; after that the web process leaves it alone for a while.
        assert wait(lambda: seconds_of(alice.fill_cart) > 0.9)
        order = alice.order()
        alice.pay(order["intent"])
    finally:
        redis.send_signal(SIGCONT)

    shop.wait_until_settled()

    assert alice.statuses(order) == ["pending", "processing"]


def seconds_of(call):
    began = time.monotonic()
    assert call().status_code in (200, 201)
    return time.monotonic() - began
