"""A refund is sent once, and ends as the bank says, whatever becomes of Stripe's answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.core.errors import Invalid
from backend.orders.models import Order
from backend.outbox.models import Job
from backend.payments import gateway, refunds
from backend.payments.models import Payment, Refund
from tests.payments.conftest import ALL, shown

pytestmark = pytest.mark.django_db


def test_sent_twice_it_goes_once(order, paid, stripe, refund, settle):
    row = refund("10.00")
    refunds.send_refund(refund_id=row.pk, now=timezone.now())
    version = Order.objects.get().version

    refunds.send_refund(refund_id=row.pk, now=timezone.now())
    settle()

    assert stripe.refunds() == [1000]
    assert Order.objects.get().version == version


def test_a_lost_answer_does_not_send_it_again(order, paid, stripe, refund, settle):
    row = refund("10.00")
    stripe.faults.set(drop_answer=2, only="/v1/refunds")
    settle()
    waiting = (Refund.objects.get().status, stripe.refunds(), shown(order))

    refunds.send_refund(refund_id=row.pk, now=timezone.now())

    assert waiting == ("pending", [1000], ("completed", "0.00"))
    assert stripe.refunds() == [1000]
    assert shown(order) == ("partially_refunded", "10.00")


def test_days_later_a_refund_is_looked_for_before_it_is_sent_again(order, paid, stripe, refund, monkeypatch):
    row = refund("10.00")
    gateway.create_refund(intent_id=paid.intent_id, amount=1000, refund_id=row.pk)
    monkeypatch.setattr(gateway, "create_refund", lambda **_: pytest.fail("sent again"))

    refunds.send_refund(refund_id=row.pk, now=timezone.now() + timedelta(days=2))

    assert shown(order) == ("partially_refunded", "10.00")
    assert Refund.objects.get().stripe_id


def test_a_webhook_may_be_faster_than_the_answer(order, paid, stripe, refund, deliver):
    row = refund("10.00")
    gateway.create_refund(intent_id=paid.intent_id, amount=1000, refund_id=row.pk)

    deliver()

    assert Refund.objects.values_list("pk", "status").get() == (row.pk, "succeeded")
    assert shown(order) == ("partially_refunded", "10.00")


def test_a_refusal_frees_the_amount_and_calls_staff(order, paid, stripe, refund, settle):
    stripe.call("/v1/refunds", f"payment_intent={paid.intent_id}")
    row = refund("10.00")
    settle()

    row.refresh_from_db()
    assert (row.status, "already been refunded" in row.failure) == ("failed", True)
    assert Payment.objects.get().attention == "refund_failed"
    alert = Alert.objects.get()
    assert (alert.kind, alert.order_id, alert.acknowledged_at) == ("payment_attention", order.pk, None)
    assert not Job.objects.exists()


def test_a_refund_that_failed_at_the_bank_is_settled_by_the_next(order, paid, stripe, refund, settle):
    stripe.faults.set(refunds="fail")
    refund()
    settle()
    failed = (shown(order), Payment.objects.get().attention, Refund.objects.get().failure)
    stripe.faults.set(refunds="succeed")
    refund("10.00")
    settle()

    assert failed == (("completed", "0.00"), "refund_failed", "expired_or_canceled_card")
    assert Payment.objects.get().attention is None
    assert Alert.objects.get().acknowledged_at is not None


@pytest.mark.parametrize(
    ("end", "result"), [("succeeded", ("refunded", ALL)), ("failed", ("completed", "0.00"))]
)
def test_a_pending_refund_ends_when_the_bank_says_so(order, paid, stripe, refund, deliver, end, result):
    stripe.faults.set(refunds="pending")
    refund()
    deliver()
    pending = (Refund.objects.get().status, shown(order))

    stripe.sandbox.settle_refund(Refund.objects.get().stripe_id, status=end)
    deliver()

    assert pending == ("pending", ("completed", "0.00"))
    assert (Refund.objects.get().status, shown(order)) == (end, result)


def test_while_stripe_is_away_the_refund_stays_reserved(order, paid, stripe, refund, settle):
    refund("5000.00")
    stripe.faults.set(fail=2)
    settle()

    assert Refund.objects.get().status == "pending"
    assert Job.objects.get().attempts == 1
    with pytest.raises(Invalid):
        refund("1000.00")
