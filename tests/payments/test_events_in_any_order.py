"""The events of a payment's whole life, as Stripe's sandbox signs them: in any order, again, in parallel."""

import json
import random
from itertools import permutations

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from backend.inventory.models import LedgerEntry, Stock
from backend.orders.models import Order
from backend.outbox.models import Event
from backend.payments import inbox
from backend.payments.models import Payment, Refund, StripeEvent
from tasks import payments as tasks
from tests.payments.conftest import DECLINED, history
from tests.payments.hearing import PAID, hear
from tests.payments.parallel import at_once

pytestmark = pytest.mark.django_db


def kind(hook):
    return json.loads(hook.body)["type"]


def refund(stripe, payment):
    """Ten dollars go back, by somebody in Stripe's dashboard."""
    stripe.call("/v1/refunds", f"payment_intent={payment.intent_id}&amount=1000")


def life(stripe, payment):
    """A declined card, then a good one, then ten dollars back: all events of it."""
    stripe.pay(payment, DECLINED)
    stripe.pay(payment)
    refund(stripe, payment)
    return stripe.sandbox.take_webhooks()


def told(order):
    """The order's own events that wait for the relay: (version, event)."""
    found = Event.objects.filter(topic=f"order:{order.pk}").order_by("id")
    return list(found.values_list("version", "event"))


def check_paid_and_partly_refunded(order, settle):
    """One row, one version, one mail for each fact."""
    order.refresh_from_db()
    assert (order.status, order.payment_status, str(order.refunded_amount)) == (
        "processing",
        "partially_refunded",
        "10.00",
    )
    assert history(order) == PAID
    assert [str(amount) for amount in Refund.objects.values_list("amount", flat=True)] == ["10.00"]
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (3, 0)
    assert LedgerEntry.objects.filter(reason="sale").count() == 1
    settle()
    number = order.order_number
    assert sorted(one.subject for one in mail.outbox) == [
        f"Order {number}: thank you, it is paid",
        f"Order {number}: your refund",
    ]
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2


@pytest.mark.slow
def test_in_every_order_the_end_is_the_same_and_each_fact_is_told_once(order, payment, stripe, settle):
    hooks = [hook for hook in life(stripe, payment) if kind(hook) in inbox.HANDLED]
    settle()

    assert sorted(map(kind, hooks)) == [
        "charge.refunded",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "refund.created",
    ]
    for arrived in permutations(hooks):
        before = transaction.savepoint_create()
        hear(*arrived, arrived[0])
        assert told(order) == [(3, "order.processing"), (4, "order.refunded")], [*map(kind, arrived)]
        check_paid_and_partly_refunded(order, settle)
        transaction.savepoint_rollback(before)
        mail.outbox.clear()


@pytest.mark.parametrize("seed", range(3))
def test_heard_in_between_late_and_again_each_step_is_one_version(order, payment, stripe, settle, seed):
    chance, hooks = random.Random(seed), []

    def hear_some():
        hooks.extend(stripe.sandbox.take_webhooks())
        hear(*chance.sample(hooks, chance.randint(0, len(hooks))))

    for step in (
        lambda: stripe.pay(payment, DECLINED),
        lambda: stripe.pay(payment),
        lambda: refund(stripe, payment),
    ):
        step()
        hear_some()
    hear(*chance.sample(hooks * 2, 2 * len(hooks)))

    steps = told(order)
    assert [version for version, _ in steps] == list(range(1, Order.objects.get().version + 1))
    assert [event for _, event in steps if event != "order.payment"] == [
        "order.created",
        "order.processing",
        "order.refunded",
    ]
    assert [event for _, event in steps].count("order.payment") <= 2  # the intent, and the declined card
    check_paid_and_partly_refunded(order, settle)
    assert set(StripeEvent.objects.values_list("outcome", flat=True)) == {"applied", "unhandled"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_heard_by_several_workers_at_once_each_fact_counts_once(order, payment, stripe, settle, seed):
    hooks = life(stripe, payment)
    shuffled = [random.Random(seed * 10 + worker).sample(hooks, len(hooks)) for worker in range(3)]

    results = at_once(*(lambda mine=mine: hear(*mine) for mine in shuffled))

    assert results == [None] * 3
    assert StripeEvent.objects.count() == len(hooks)
    assert told(order)[2:] == [(3, "order.processing"), (4, "order.refunded")]
    check_paid_and_partly_refunded(order, settle)


@pytest.mark.parametrize("reverse", [False, True])
def test_the_end_of_an_unpaid_order_is_told_once_however_its_events_come(
    order, payment, stripe, settle, reverse
):
    stripe.pay(payment, DECLINED)
    Order.objects.update(expires_at=timezone.now())
    tasks.expire_orders()
    hooks = stripe.sandbox.take_webhooks()
    assert [kind(hook) for hook in hooks][-1] == "payment_intent.canceled"

    hear(*(reversed(hooks) if reverse else hooks), *hooks)
    settle()

    assert history(order) == [("pending", "Order created"), ("cancelled", "Payment window expired")]
    assert Payment.objects.get().status == "cancelled"
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)
    assert LedgerEntry.objects.filter(reason="release").count() == 1
    assert [one.subject for one in mail.outbox] == [f"Order {order.order_number} has been cancelled"]
    assert Order.objects.get().version == 4  # placed, intent made, intent canceled, cancelled
