"""Everything at once: customers buy, cancel and pay, staff refund, processes die, Stripe stumbles.

FIRE_SEED=… repeats who dies and stumbles in which order, and who pays or cancels; timing is the machine's.
"""

import os
import random
import threading
import time
import uuid
from collections import Counter

import httpx
import pytest

from tests.faults import books, buyer
from tests.faults.buyer import Buyer
from tests.faults.shop import SETTLED_SECONDS, wait

pytestmark = [pytest.mark.slow, pytest.mark.long]
BUYERS = 4
DEATHS = ["worker", "web", "relay", "stripe", "beat", "mailer", "web"]
PAUSE_SECONDS = 3
STUMBLES = [
    {"drop": 2},
    {"drop_answer": 2},
    {"delay": 1},
    {"fail": 3},
    {"webhook_copies": 3, "webhook_shuffle": True},
    {"webhook_delay": 2},
    {"webhook_drop": 2},
]
# Beat's own tick comes every five minutes.
RECONCILE = "from tasks.app import app; app.send_task('payments.reconcile')"


class Customer(threading.Thread):
    """Repeats what was not answered, with the same key, as a good client does."""

    def __init__(self, someone: Buyer, seed: str) -> None:
        super().__init__(daemon=True)
        self.buyer = someone
        self.random = random.Random(seed)
        self.is_done = threading.Event()
        self.placed: list[str] = []
        self.did: Counter[str] = Counter()
        self.broken: list[str] = []

    def run(self) -> None:
        while not self.is_done.is_set():
            self.ask("cart/items/", {"product_id": self.buyer.product, "quantity": 1})
            order = self.ask("orders/", self.buyer.addresses)
            if order is None:
                continue
            self.placed.append(order["id"])
            intent = self.ask("payments/create-intent/", {"order_id": order["id"]})
            if self.random.random() < 0.15:
                self.cancel(order)
            if intent is not None:
                self.pay(order, intent["payment_intent_id"])

    def pay(self, order, intent):
        url = f"{self.buyer.shop.stack.sandbox}/pay/{intent}"
        try:
            httpx.post(url, data={"payment_method": "pm_card_visa"}, timeout=20, trust_env=False)
        except httpx.TransportError:
            return  # the customer gives up; the order stays unpaid, or Stripe's word comes by another way
        if self.random.random() < 0.5:
            self.ask("payments/confirm/", {"order_id": order["id"], "payment_intent_id": intent})
        if self.random.random() < 0.15:
            self.cancel(order)

    def cancel(self, order):
        self.ask(f"orders/{order['id']}/cancel/", {})

    def ask(self, path, body):
        """The answer to the request, sent again until there is one; None for a refusal."""
        key, end = str(uuid.uuid4()), time.monotonic() + SETTLED_SECONDS
        while time.monotonic() < end:
            try:
                answer = self.buyer.post(path, body, **{"Idempotency-Key": key})
            except httpx.TransportError:
                self.did["unanswered"] += 1
            else:
                self.did[f"{path.split('/')[0]} {answer.status_code}"] += 1
                if answer.status_code == 500:
                    self.broken.append(answer.text)
                if answer.status_code not in (409, 502, 503):
                    return answer.json() if answer.is_success else None
            time.sleep(0.3)
        return None


@pytest.fixture
def seed():
    return os.environ.get("FIRE_SEED") or str(random.SystemRandom().randrange(10**6))


@pytest.fixture
def customers(shop, seed):
    people = [Customer(buyer.stranger(shop), f"{seed} {n}") for n in range(BUYERS)]
    for one in people:
        one.start()
    yield people
    for one in people:
        one.is_done.set()
        one.join(90)
        one.buyer.http.close()


def burn(shop, staff, dice):
    """Something stumbles and somebody dies, again and again."""
    deaths = dice.sample(DEATHS, len(DEATHS))
    for name in deaths:
        stumble(shop, dice.choice(STUMBLES))
        give_some_back(shop, staff)
        shop.kill(name)
        time.sleep(PAUSE_SECONDS)  # of fire, not of waiting
    return deaths


def stumble(shop, switches):
    try:
        shop.misbehave(**switches)
    except httpx.TransportError:
        return  # the sandbox is dead at the moment


def give_some_back(shop, staff):
    """Staff refund a dollar of the newest paid order."""
    paid = "SELECT id FROM orders_order WHERE status = 'processing' ORDER BY created_at DESC LIMIT 1"
    for order in shop.rows(paid):
        try:
            staff.post(f"staff/orders/{order}/refund/", {"amount": "1.00"})
        except httpx.TransportError:
            return


def our_money(shop):
    return {intent: sums for intent, *sums in shop.rows(books.OUR_MONEY)}


def test_after_the_fire_every_paid_order_is_processed_or_refunded_and_told_once(shop, staff, customers, seed):
    assert wait(lambda: all(one.placed for one in customers))

    deaths = burn(shop, staff, random.Random(seed))
    ended = time.monotonic()
    for one in customers:
        one.is_done.set()
    shop.wait_for_web()
    shop.behave()
    for one in customers:
        one.join(SETTLED_SECONDS)
        assert not one.is_alive()
    shop.stack.python("-c", RECONCILE)
    told = wait(lambda: books.stripes_money(shop) == our_money(shop), seconds=SETTLED_SECONDS)
    shop.wait_until_settled()
    seconds = time.monotonic() - ended

    report(shop, customers, seed, deaths, seconds)
    assert told
    assert seconds < SETTLED_SECONDS
    assert [text for one in customers for text in one.broken] == []
    known = set(shop.rows("SELECT id::text FROM orders_order"))
    assert {order for one in customers for order in one.placed} <= known


def report(shop, customers, seed, deaths, seconds):
    """The figures of this fire."""
    did = sum((one.did for one in customers), Counter())
    statuses = Counter(shop.rows("SELECT status FROM orders_order WHERE created_at > %s", shop.began_at))
    mails = books.mails(shop)
    repeats = sum(count - 1 for ids in mails.values() for count in ids.values())
    print(f"seed {seed}; died: {' '.join(deaths)}; settled {seconds:.1f} s after the last death")
    print(f"answers {dict(did)}; orders {dict(statuses)}")
    refunds = len(shop.stripe_has("refund"))
    print(f"mails {sum(map(len, mails.values()))}, repeats {repeats}; refunds {refunds}")
