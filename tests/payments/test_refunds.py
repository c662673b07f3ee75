"""Money back: reserved under a lock, sent by a task, never more than came."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.core.errors import Invalid, Missing
from backend.orders.models import Order
from backend.orders.states import InvalidTransition
from backend.outbox.models import Event, Job
from backend.payments import actions, gateway, refunds
from backend.payments.models import Payment, Refund

pytestmark = pytest.mark.django_db
ALL = "5504.97"


@pytest.fixture
def refund(order, staff):
    def ask(amount=None):
        wanted = amount and Decimal(amount)
        return actions.request_refund(
            order_id=order.pk, amount=wanted, actor=staff, reason="Broken", now=timezone.now()
        )

    return ask


def shown(order):
    order.refresh_from_db()
    return (order.payment_status, str(order.refunded_amount))


def test_a_part_goes_back_and_then_the_rest(order, paid, stripe, refund, settle):
    refund("10.50")
    settle()
    part = shown(order)
    refund()
    settle()

    assert part == ("partially_refunded", "10.50")
    assert shown(order) == ("refunded", ALL)
    assert stripe.refunds() == [549447, 1050]
    assert order.status == "processing"


def test_staff_refund_over_rest(as_staff, order, paid, stripe, settle):
    answer = as_staff.post(f"staff/orders/{order.pk}/refund/", {"amount": "10.00"})
    settle()

    assert answer.status_code == 201
    assert answer.json() == {"id": str(Refund.objects.get().pk), "amount": "10.00", "status": "pending"}
    assert stripe.refunds() == [1000]


def test_the_refund_is_told_with_the_order(order, paid, refund, stripe):
    row = refund("10.00")
    Event.objects.all().delete()

    refunds.send_refund(refund_id=row.pk, now=timezone.now())

    told = Event.objects.get(topic=f"order:{order.pk}")
    assert (told.event, told.version) == ("order.refunded", Order.objects.get().version)
    assert told.data["payment"] == {
        "status": "partially_refunded",
        "amount": ALL,
        "refunded_amount": "10.00",
    }


@pytest.mark.parametrize("amount", ["5504.98", "0.00", "-1.00", "0.001"])
def test_an_impossible_amount_is_refused(paid, refund, amount):
    with pytest.raises(Invalid) as refused:
        refund(amount)

    assert (refused.value.code, list(refused.value.details)) == ("validation_error", ["amount"])
    assert not Refund.objects.exists()


def test_what_is_reserved_can_not_be_refunded_again(paid, refund):
    refund("5504.00")

    with pytest.raises(Invalid) as refused:
        refund("1.00")

    assert refused.value.details == {"amount": ["At most 0.97 can be refunded."]}
    assert Refund.objects.count() == 1


def test_nothing_left_and_nothing_paid_are_refused(payment, refund, stripe, deliver):
    with pytest.raises(InvalidTransition):
        refund()
    stripe.pay(payment)
    deliver()
    refund()
    with pytest.raises(InvalidTransition):
        refund()

    assert Refund.objects.count() == 1


def test_an_unknown_order_is_missing(staff):
    with pytest.raises(Missing):
        actions.request_refund(order_id=uuid4(), amount=None, actor=staff, reason="", now=timezone.now())


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


def test_cancelling_a_paid_order_refunds_it(as_alice, order, paid, stripe, settle):
    answer = as_alice.post(f"orders/{order.pk}/cancel/")
    settle()

    assert answer.status_code == 200
    assert stripe.refunds() == [550497]
    assert shown(order) == ("refunded", ALL)
    assert (order.status, Payment.objects.get().attention) == ("cancelled", None)


def test_cancelling_refunds_only_what_is_not_back_yet(as_alice, order, paid, stripe, refund, settle):
    refund("5.00")
    as_alice.post(f"orders/{order.pk}/cancel/")
    settle()

    assert stripe.refunds() == [549997, 500]
    assert shown(order) == ("refunded", ALL)
