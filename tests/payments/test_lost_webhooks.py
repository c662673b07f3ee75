"""What no webhook told us is found at Stripe: payments, refunds and their ends; the unsent is sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.orders import actions as orders
from backend.orders.models import Order
from backend.outbox.models import Event, Job
from backend.payments import actions, gateway
from backend.payments.models import Payment, Refund
from tasks import payments as tasks
from tests.payments.conftest import status

pytestmark = pytest.mark.django_db


def forget():
    """Lose every event and job, as an emptied outbox would."""
    Event.objects.all().delete()
    Job.objects.all().delete()


def test_a_payment_whose_webhook_was_lost_is_found(order, payment, stripe):
    stripe.pay(payment)

    tasks.reconcile()

    assert status(order) == "processing"


def test_a_payment_that_took_days_is_found_though_stripes_list_is_shorter(
    order, payment, stripe, monkeypatch
):
    Payment.objects.update(created_at=timezone.now() - timedelta(days=3), status="processing")
    monkeypatch.setattr(gateway, "list_intents", lambda since: iter([]))
    stripe.pay(payment)

    tasks.reconcile()

    assert status(order) == "processing"


def test_money_that_came_after_we_gave_up_is_found_by_stripes_list(order, payment, stripe, settle):
    stripe.pay(payment)
    Payment.objects.update(status="cancelled")

    tasks.reconcile()

    assert status(order) == "processing"


def test_a_refund_from_the_dashboard_whose_webhook_was_lost_is_found(order, paid, stripe):
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}&amount=1000")

    tasks.reconcile()

    order.refresh_from_db()
    assert (order.payment_status, str(order.refunded_amount)) == ("partially_refunded", "10.00")


def test_a_refund_that_was_never_sent_is_sent(order, paid, staff, stripe):
    earlier = timezone.now() - timedelta(minutes=3)
    actions.request_refund(order_id=order.pk, amount=None, actor=staff, reason="", now=earlier)
    forget()

    tasks.reconcile()

    assert stripe.refunds() == [550497]
    assert Refund.objects.get().status == "succeeded"


def test_a_refund_whose_end_was_not_heard_of_is_followed(order, paid, staff, stripe, settle):
    stripe.faults.set(refunds="pending")
    actions.request_refund(order_id=order.pk, amount=None, actor=staff, reason="", now=timezone.now())
    settle()
    stripe.sandbox.settle_refund(Refund.objects.get().stripe_id, status="succeeded")

    tasks.reconcile()

    assert Payment.objects.get().status == "refunded"


@pytest.mark.parametrize("is_paid", [False, True])
def test_a_cancellation_that_nobody_settled_is_settled(order, alice, payment, stripe, deliver, is_paid):
    if is_paid:
        stripe.pay(payment)
        deliver()
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
    forget()

    tasks.reconcile()

    assert stripe.intent(payment)["status"] == ("succeeded" if is_paid else "canceled")
    assert Refund.objects.count() == is_paid


def test_with_nothing_to_find_nothing_changes(order, paid, stripe):
    version = Order.objects.get().version

    tasks.reconcile()

    assert Order.objects.get().version == version
    assert not Event.objects.exists()


def test_while_stripe_is_away_reconciliation_waits(order, payment, stripe):
    stripe.pay(payment)
    stripe.faults.set(fail=2)

    tasks.reconcile()

    assert status(order) == "pending"
