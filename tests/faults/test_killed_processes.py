"""Whoever dies while money is under way: every paid order is processed, and told of once, within a minute."""

import contextlib
import json
import re
import signal
import urllib.request

import psutil
import psycopg
import pytest

from backend.devstack import processes
from backend.devstack.demo import client as rest
from backend.devstack.demo.client import Client
from backend.devstack.demo.screen import Screen
from tests.flows import stack

pytestmark = pytest.mark.slow
ALICE = {"email": "alice@shopwire.example", "password": "Alice-demo-1!"}
MOST_SECONDS = 60
LEDGER_DIFFERS = """
    SELECT sku FROM inventory_stock JOIN inventory_ledgerentry ON stock_id = sku GROUP BY sku
    HAVING on_hand <> sum(delta_on_hand) OR held <> sum(delta_held)
"""


# The worker first, with a job in its hands.
DYING = ["tasks.app worker", "manage.py relay", "backend.config.web", "stripe_sandbox"]


class Buyer:
    """Alice of the demo shop, who buys one lantern at a time."""

    def __init__(self, shop: stack.Stack) -> None:
        self.shop = shop
        self.client = Client(url=shop.url, who="alice", screen=Screen(), source=rest.own_address(shop.url))
        self.client.token = self.client.post("auth/login/", ALICE)["tokens"]["access"]
        address = self.client.get("auth/me/addresses/")["results"][0]["id"]
        self.addresses = {"shipping_address_id": address, "billing_address_id": address}
        self.product = self.client.get("products/trail-lantern/")["id"]

    def order(self) -> tuple[str, str]:
        """An order that waits for payment, and the intent to pay."""
        self.client.post("cart/items/", {"product_id": self.product, "quantity": 1}, expect=201)
        order = self.client.post("orders/", self.addresses, expect=201)
        intent = self.client.post("payments/create-intent/", {"order_id": order["id"]})
        return order["order_number"], intent["payment_intent_id"]

    def pay(self, intent: str) -> None:
        assert rest.post_form(f"{self.shop.sandbox}/pay/{intent}", "payment_method=pm_card_visa") == 200


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with stack.running(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="module")
def buyer(shop):
    return Buyer(shop)


def running(shop, words):
    """The processes of this shop, known by the data folder in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_ours = process.environ().get("SHOPWIRE_DATA_DIR") == str(shop.folder)
            if is_ours and words in " ".join(process.cmdline()):
                found.append(process)
    return found


def kill(shop, words):
    """The process and its children, as when memory runs out."""
    found = running(shop, words)
    assert found
    for process in found:
        process.kill()


def rows(shop, sql):
    with psycopg.connect(shop.environment["DATABASE_URL"]) as connection:
        return [row[0] for row in connection.execute(sql).fetchall()]


def make_stripe_slow(shop):
    """Until the sandbox starts anew."""
    switches = json.dumps({"delay": 4, "only": "/v1/"}).encode()
    urllib.request.urlopen(f"{shop.sandbox}/_sandbox/faults", switches, timeout=5).close()


def wait_for_work(shop):
    """Some worker has a job in its hands, or did when it died."""
    leased = "SELECT id FROM outbox_job WHERE leased_until IS NOT NULL"
    assert processes.wait_until(lambda: rows(shop, leased) != [], seconds=20)


def wait_until_settled(shop):
    """Every order is paid, nothing is left to be told or done."""
    open_ends = "SELECT count(*) FROM orders_order WHERE status = 'pending'"
    for table in ("outbox_event", "outbox_feedentry", "outbox_job"):
        open_ends += f" UNION ALL SELECT count(*) FROM {table}"
    settled = processes.wait_until(lambda: set(rows(shop, open_ends)) == {0}, seconds=MOST_SECONDS)
    assert settled, rows(shop, open_ends)


def confirmations(shop, number):
    """The mails' ids: mail programs know a repeat by its id, so it counts for none."""
    mails = [mail for file in shop.mail.iterdir() for mail in file.read_text().split("-" * 79)]
    told = [mail for mail in mails if f"Subject: Order {number}: thank you" in mail]
    return {re.search(r"^Message-ID: (.+)$", mail, re.MULTILINE)[1] for mail in told}


def valkey_of(shop):
    """The server behind REDIS_URL, which shows its address as its name."""
    address = shop.environment["REDIS_URL"].removeprefix("redis://").partition("/")[0]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = " ".join(process.cmdline()).strip()
            if "valkey-server" in command and command.endswith(f" {address}"):
                return process
    raise AssertionError(f"no Valkey at {address}")


def test_whoever_is_killed_paid_orders_are_processed_and_mailed_once(shop, buyer):
    orders = [buyer.order() for _ in range(4)]
    make_stripe_slow(shop)

    for (_, intent), words in zip(orders, DYING, strict=True):
        buyer.pay(intent)
        wait_for_work(shop)
        kill(shop, words)
    wait_until_settled(shop)

    assert [len(confirmations(shop, number)) for number, _ in orders] == [1] * 4
    assert rows(shop, LEDGER_DIFFERS) == []
    assert rows(shop, "SELECT held FROM inventory_stock WHERE sku LIKE '%LANTERN%'") == [0]


def test_checkout_works_while_redis_hangs(shop, buyer):
    redis = valkey_of(shop)
    redis.send_signal(signal.SIGSTOP)
    try:
        number, intent = buyer.order()
        buyer.pay(intent)
    finally:
        redis.send_signal(signal.SIGCONT)
    wait_until_settled(shop)

    assert len(confirmations(shop, number)) == 1
