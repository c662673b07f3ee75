"""Stripe's books against ours: what can't be repaired is told to staff once, and settled when it is gone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.orders.models import Order
from backend.payments import actions, gateway
from backend.payments.models import Discrepancy, Payment, Refund
from tasks import payments as tasks
from tests.payments.apart import alter, forget, take_money, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def refunded(order, paid, staff, settle):
    """The payment, ten of it refunded."""
    actions.request_refund(
        order_id=order.pk, amount=Decimal("10.00"), actor=staff, reason="", now=timezone.now()
    )
    settle()
    Alert.objects.all().delete()
    return Refund.objects.get()


def test_a_lost_refund_of_an_old_payment_is_found_by_stripes_list_of_refunds(order, paid, stripe):
    long_ago = timezone.now() - timedelta(days=60)
    Payment.objects.update(created_at=long_ago)
    alter(stripe, paid.intent_id, created=int(long_ago.timestamp()))
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=1000")

    tasks.reconcile()

    order.refresh_from_db()
    assert (order.payment_status, str(order.refunded_amount)) == ("partially_refunded", "10.00")
    assert told() == []


def test_a_refund_that_the_bank_returned_days_later_is_found(order, refunded, stripe):
    long_ago = timezone.now() - timedelta(days=60)
    Payment.objects.update(created_at=long_ago)
    alter(stripe, refunded.payment.intent_id, created=int(long_ago.timestamp()))
    alter(stripe, refunded.stripe_id, status="failed", failure_reason="lost_or_stolen_card")

    tasks.reconcile()

    refunded.refresh_from_db()
    assert (refunded.status, refunded.failure) == ("failed", "lost_or_stolen_card")
    assert Order.objects.get().payment_status == "completed"
    assert Payment.objects.get().attention == "refund_failed"


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ("metadata[order_id]=11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"),
        ("metadata[order_number]=ORD-20260101-ABCDEF", "ORD-20260101-ABCDEF"),
    ],
)
def test_money_for_an_order_that_is_not_ours_is_told_once(db, stripe, metadata, named):
    intent_id = take_money(stripe, metadata)

    tasks.reconcile()
    tasks.reconcile()

    story = f"Payment {intent_id}: 42.00 usd came in for order {named}, which is not in our books."
    assert told() == [(story, None, True)]


def test_when_that_money_is_back_the_alert_is_settled(db, stripe):
    intent_id = take_money(stripe, "metadata[order_number]=ORD-20260101-ABCDEF")
    tasks.reconcile()
    stripe.call("/v1/refunds", f"payment_intent={intent_id}")

    tasks.reconcile()

    assert [is_open for _, _, is_open in told()] == [False]
    assert Discrepancy.objects.get().settled_at is not None


@pytest.mark.parametrize("metadata", ["metadata[site]=blog", "metadata[order_id]=1234"])
def test_payments_of_other_programs_are_none_of_our_business(db, stripe, metadata, monkeypatch):
    take_money(stripe, metadata)
    monkeypatch.setattr(gateway, "retrieve_intent", lambda intent_id: pytest.fail("asked for"))

    tasks.reconcile()

    assert told() == []
    assert not Payment.objects.exists()


def test_paid_in_our_books_and_not_at_stripe(order, paid, stripe):
    alter(stripe, paid.intent_id, status="requires_payment_method", amount_received=0)

    tasks.reconcile()
    tasks.reconcile()
    first = told()
    alter(stripe, paid.intent_id, status="succeeded", amount_received=550497)
    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is paid in our books, but at Stripe it is requires_payment_method."
    assert first == [(story, order.pk, True)]
    assert told() == [(story, order.pk, False)]


def test_paid_in_our_books_and_unknown_to_stripe(order, paid, stripe):
    forget(stripe, paid.intent_id)

    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is paid in our books, but Stripe does not know it."
    assert told() == [(story, order.pk, True)]
    assert Payment.objects.get().status == "completed"


def test_another_amount_at_stripe(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)

    tasks.reconcile()

    story = f"Payment {paid.intent_id}: It is 5504.97 usd in our books, but 5504.00 usd at Stripe."
    assert told() == [(story, order.pk, True)]


def test_a_refund_in_our_books_that_stripe_does_not_have(order, refunded, stripe):
    forget(stripe, refunded.stripe_id)

    tasks.reconcile()

    story = f"Its refund {refunded.stripe_id} of 10.00 is in our books, but Stripe does not know it."
    assert told() == [(f"Payment {refunded.payment.intent_id}: {story}", order.pk, True)]


def test_a_refund_of_another_amount_at_stripe(order, refunded, stripe):
    alter(stripe, refunded.stripe_id, amount=900)

    tasks.reconcile()

    story = f"Its refund {refunded.stripe_id} of 10.00 is 9.00 at Stripe."
    assert told() == [(f"Payment {refunded.payment.intent_id}: {story}", order.pk, True)]


def test_what_staff_have_acknowledged_is_not_told_again(as_staff, order, paid, stripe):
    forget(stripe, paid.intent_id)
    tasks.reconcile()
    [row] = as_staff.get("staff/alerts/?kind=payment_attention&open=true").json()["results"]

    as_staff.post(f"staff/alerts/{row['id']}/acknowledge/")
    tasks.reconcile()

    assert row["order"] == str(order.pk)
    assert paid.intent_id in row["message"]
    assert Alert.objects.count() == 1


def test_another_difference_of_the_same_payment_is_told(order, paid, stripe):
    alter(stripe, paid.intent_id, amount_received=550400)
    tasks.reconcile()
    forget(stripe, paid.intent_id)

    tasks.reconcile()

    assert [is_open for _, _, is_open in told()] == [False, True]
