"""No false alarm: audits in a loop while buyers, staff and workers are at it, on connections of their own."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from backend.core import audits
from backend.orders.audit import STOCK
from backend.orders.models import Order
from backend.payments.audit import MONEY
from backend.payments.models import Payment, Refund
from tests.payments.cast import Cast, Clock
from tests.payments.living import LivingShop

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ACTS = 60
PATIENCE = 120


class Hand(threading.Thread):
    """Somebody who works in the shop; what stopped them early is kept."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self.act, self.failure = act, None

    def run(self):
        try:
            self.act()
        except BaseException as failure:  # noqa: BLE001
            self.failure = failure
        finally:
            connection.close()


def buys_and_changes_their_mind(shop, buyer, seed):
    """So many acts of one buyer, and of staff about their orders."""
    dice = random.Random(seed)
    for _ in range(ACTS):
        order_id = dice.choice(shop.orders) if shop.orders else None
        match dice.randrange(8) if order_id else 0:
            case 0 | 1 | 2:
                shop.check_out(buyer, [(dice.randrange(4), 1), (dice.randrange(4), 2)])
            case 3 | 4:
                shop.pay(order_id, "pm_card_visa")
                shop.confirm(order_id)
            case 5:
                shop.move(order_id, dice.choice(["cancel", "next"]))
            case 6:
                shop.refund(order_id, None)
            case 7:
                shop.adjust("MUG", dice.randint(-2, 4))


def works(shop, is_over):
    """The relay, the worker and beat in one."""
    while not is_over.is_set():
        shop.catch_up()
        shop.expire_orders()


def counts():
    """How much there is of what the audits look at."""
    reports = [audits.run(audit, now=timezone.now()) for audit in (STOCK, MONEY)]
    assert [report.findings for report in reports] == [[], []]
    return tuple(number for report in reports for number in report.counts.values())


def test_audits_find_nothing_while_everybody_is_at_work(stripe, monkeypatch):
    cast, clock, late = Cast(), Clock(), Clock()
    late.at -= timedelta(minutes=31)  # their orders are overdue as soon as they are there
    monkeypatch.setattr("tasks.payments.timezone", clock)
    shops = [LivingShop(cast=cast, clock=when, stripe=stripe) for when in (clock, late, clock)]
    is_over = threading.Event()
    buyers = [
        Hand(lambda place=place: buys_and_changes_their_mind(shops[place], cast.buyers[place], place))
        for place in (0, 1)
    ]
    worker = Hand(lambda: works(shops[2], is_over))
    seen = []

    for hand in (*buyers, worker):
        hand.start()
    try:
        while any(buyer.is_alive() for buyer in buyers):
            seen.append(counts())
    finally:
        is_over.set()
        for hand in (*buyers, worker):
            hand.join(PATIENCE)

    assert [hand.failure for hand in (*buyers, worker)] == [None, None, None]
    shops[2].catch_up()
    seen.append(counts())
    assert len(set(seen)) > 10, "the audits ran while things changed"
    statuses = set(Order.objects.values_list("status", flat=True))
    assert {"cancelled", "processing"} <= statuses
    assert Payment.objects.filter(is_taken=True).exists()
    assert Refund.objects.exists()
