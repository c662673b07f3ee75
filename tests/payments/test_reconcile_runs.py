"""A run over Stripe's books: what moves is left to the next, and no outage, limit or odd payment stops it."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.devstack.stripe_sandbox import objects
from backend.payments import actions, gateway, reconciling
from backend.payments.models import Payment, Refund
from tasks import payments as tasks
from tests.payments.apart import alter, forget, take_money, told

pytestmark = pytest.mark.django_db


def test_what_moves_while_it_is_compared_is_left_to_the_next_run(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)
    Payment.objects.update(updated_at=timezone.now() + timedelta(seconds=5))

    tasks.reconcile()

    assert told() == []


def test_a_refund_at_the_bank_is_no_difference(order, paid, staff, stripe, settle, monkeypatch):
    stripe.faults.set(refunds="pending")
    actions.request_refund(order_id=order.pk, amount=None, actor=staff, reason="", now=timezone.now())
    settle()
    monkeypatch.setattr(reconciling, "examine", lambda **_: pytest.fail("examined"))

    tasks.reconcile()

    assert (told(), Refund.objects.get().status) == ([], "pending")


def test_one_payment_that_stripe_can_not_show_stops_no_other(order, paid, stripe):
    broken = take_money(stripe, "metadata[order_number]=ORD-20260101-ABCDEF")
    forget(stripe, paid.intent_id)
    stripe.faults.set(fail=99, only=f"/v1/payment_intents/{broken}")

    tasks.reconcile()

    assert [order_id for _, order_id, _ in told()] == [order.pk]


def test_an_outage_in_the_middle_ends_the_run_and_the_next_goes_on(order, paid, stripe, caplog):
    forget(stripe, paid.intent_id)
    stripe.faults.set(fail=2, only="/v1/refunds")
    tasks.reconcile()
    first = (len(told()), [record.message for record in caplog.records])
    stripe.call("/v1/refunds", f"payment_intent={take_money(stripe, 'metadata[order_number]=X')}&amount=1")

    tasks.reconcile()

    assert first == (1, ["payment sweep stopped: The payment provider is unavailable"])
    assert len(told()) == 2


def test_a_run_that_takes_too_long_ends_cleanly(db, stripe, monkeypatch, caplog):
    def take_too_long(since):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(gateway, "list_intents", take_too_long)

    tasks.reconcile()

    assert [record.message for record in caplog.records] == [
        "payment sweeps ran out of time; the next run goes on"
    ]


def test_a_wrong_key_is_told_once_and_settled_by_the_right_one(db, stripe, settings, caplog):
    right, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, "sk_test_wrong"
    tasks.reconcile()
    tasks.reconcile()
    first = told()
    settings.STRIPE_SECRET_KEY = right
    tasks.reconcile()

    story = "Stripe refuses our API key: no order can be paid or refunded. See STRIPE_SECRET_KEY."
    assert first == [(story, None, True)]
    assert told() == [(story, None, False)]
    assert "Stripe refuses our key: see STRIPE_SECRET_KEY" in {record.message for record in caplog.records}


def fill(stripe, order, *, pages):
    """So many more full pages of paid intents at Stripe, two in three of them another program's."""
    now, first = timezone.now(), order.payments.count()
    intents = [objects.payment_intent(amount=100, currency="usd") for _ in range(pages * gateway.PAGE)]
    with stripe.sandbox.store.transaction():
        for intent in intents:
            stripe.sandbox.store.save(intent | {"status": "succeeded", "amount_received": 100})
    row = {"order": order, "amount": 1, "currency": "usd", "status": "completed"}
    Payment.objects.bulk_create(
        Payment(number=first + place, intent_id=intent["id"], created_at=now, updated_at=now, **row)
        for place, intent in enumerate(intents[::3], start=1)
    )


def test_a_page_of_stripes_list_costs_one_query(order, stripe):
    counts = []
    for more in (1, 19):
        fill(stripe, order, pages=more)
        with CaptureQueriesContext(connection) as captured:
            tasks.reconcile()
        counts.append(len(captured))

    assert counts[1] - counts[0] == 19
    assert told() == []
