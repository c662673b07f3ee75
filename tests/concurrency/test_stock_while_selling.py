"""Staff change stock, labels and the catalogue while everybody buys, and orders end as they were begun."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from backend.catalog import actions as catalog
from backend.inventory.models import Stock
from backend.orders.models import Order
from backend.payments import closing
from backend.payments.models import Payment
from tests import factories
from tests.concurrency.buyers import (
    Buyer,
    Client,
    all_at_once,
    books,
    check_out_all,
    mismatches,
    refusals,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def in_threads(*calls):
    """Begin the calls, each on a connection of its own; ask the results to wait for them."""

    def run(call):
        try:
            return call()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(max(1, len(calls)))
    return [pool.submit(run, call) for call in calls]


def test_staff_take_units_away_while_buyers_buy(shops):
    clerk = Client(factories.user(is_staff=True))
    buyers = [Buyer(factories.product(sku="SHARED", quantity=60))]
    buyers += [Buyer(buyers[0].lines[0].product) for _ in range(49)]
    lost = {"delta": -1, "reason": "Broken"}
    calls = []
    for buyer in buyers:
        calls += [buyer.check_out(), clerk.call("POST", "staff/stock/SHARED/adjust/", lost)]

    answers = all_at_once(shops, calls)

    sold, taken = (
        Counter(one.status_code for one in answers[::2]),
        Counter(one.status_code for one in answers[1::2]),
    )
    assert set(sold) | set(taken) <= {200, 201, 400}
    assert sold[201] + taken[200] == 60, "every unit went one way or the other"
    assert {one["code"] for one in refusals(answers[::2])} <= {"stock_unavailable"}
    assert books("SHARED")[0] == {"on_hand": 60 - taken[200], "held": sold[201]}
    assert mismatches() == []


def test_orders_paid_cancelled_and_expired_at_once_leave_stock_that_adds_up(shops, stripe, settle):
    goods = [factories.product(sku=sku, quantity=100) for sku in ("Z-FIRST", "A-LAST")]
    buyers = [Buyer(*goods) for _ in range(24)]
    orders = [answer.json()["id"] for answer in check_out_all(shops, buyers)]
    payments = [
        {"order_id": order, "payment_intent_id": answer.json()["payment_intent_id"]}
        for order, answer in zip(orders, all_at_once(shops, asking(buyers, orders)), strict=True)
    ]
    for paid in payments[:16]:
        stripe.pay(Payment.objects.get(intent_id=paid["payment_intent_id"]))
    late = orders[12:20]  # of which the first four have been paid at Stripe
    Order.objects.filter(pk__in=late).update(expires_at=timezone.now())

    expiring = in_threads(*(partial(expire, order) for order in late))
    confirming = [
        buyer.call("POST", "payments/confirm/", paid)
        for buyer, paid in zip(buyers[:16], payments, strict=False)
    ]
    crossing = [*zip(buyers[:6], orders, strict=False), *zip(buyers[16:], orders[16:], strict=True)]
    cancelling = [buyer.call("POST", f"orders/{order}/cancel/") for buyer, order in crossing]
    answers = all_at_once(shops, [*confirming[:8], *cancelling, *confirming[8:]])
    for one in expiring:
        one.result(60)
    settle()

    assert {answer.status_code for answer in answers} <= {200, 400}
    kept = Order.objects.filter(status="processing").count()
    assert Order.objects.filter(status="cancelled").count() == 24 - kept
    for sku in ("Z-FIRST", "A-LAST"):
        assert books(sku) == ({"on_hand": 100 - kept, "held": 0}, {"on_hand": 100 - kept, "held": 0})
    statuses = Counter(Payment.objects.values_list("status", flat=True))
    assert statuses == {"completed": kept, "refunded": 16 - kept, "cancelled": 8}
    assert len(stripe.refunds()) == 16 - kept
    assert mismatches() == []


def asking(buyers, orders):
    return [
        buyer.call("POST", "payments/create-intent/", {"order_id": order})
        for buyer, order in zip(buyers, orders, strict=True)
    ]


def expire(order):
    closing.expire_order(order_id=UUID(order), now=timezone.now())


def test_products_change_and_go_while_buyers_buy(shops):
    rack = factories.product(sku="RACK", slug="rack", name="Rack")
    skus = ["RACK-9", "RACK-10", "RACK-L"]
    variants = [factories.variant(rack, sku=sku, quantity=100) for sku in skus]
    buyers = [Buyer() for _ in range(40)]
    for place, buyer in enumerate(buyers):
        for variant in variants[place % 2 :] + variants[: place % 2]:
            buyer.add(rack, variant)

    def relabel():
        for threshold in range(15):
            changes = {"low_stock_threshold": threshold, "price": 10 + threshold}
            catalog.change_product(slug="rack", changes=changes, actor_id=None, now=timezone.now())
        catalog.deactivate_product(slug="rack", now=timezone.now())

    (changing,) = in_threads(relabel)
    answers = check_out_all(shops, buyers)
    changing.result(60)
    late = check_out_all(shops, [buyers[0]])

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 400}
    assert {one["code"] for one in refusals(answers)} <= {"validation_error"}
    for answer in answers:
        if answer.status_code == 201:
            assert len({item["price"] for item in answer.json()["items"]}) == 1, "all at one moment's price"
    assert late[0].status_code == 400
    for sku in skus:
        assert books(sku)[0] == {"on_hand": 100, "held": statuses[201]}
        assert Stock.objects.get(sku=sku).threshold == 14
    assert mismatches() == []
