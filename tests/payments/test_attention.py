"""Money that an order can't take goes back, and staff are told: a state with a list, never a log line."""

from decimal import Decimal

import pytest
from django.utils import timezone

from backend.alerts.models import Alert
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.orders.states import InvalidTransition
from backend.payments import actions
from backend.payments.models import Payment, Refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(order, payment, alice, stripe):
    """Money that came after the order was cancelled."""
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
    stripe.pay(payment)
    return payment


def pay_unasked(stripe, order):
    """Money for the order under an intent that we did not make."""
    stripe.call(
        "/v1/payment_intents",
        f"amount=550497&currency=usd&payment_method=pm_card_visa&confirm=true&metadata[order_id]={order.pk}",
    )


def test_money_for_a_cancelled_order_goes_back(order, late, stripe, deliver):
    deliver()

    late.refresh_from_db()
    order.refresh_from_db()
    assert stripe.refunds() == [550497]
    assert (late.status, late.attention) == ("refunded", None)
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert list(order.history.values_list("status", flat=True)) == ["pending", "cancelled"]


def test_staff_are_told_and_told_that_it_is_settled(order, late, deliver):
    deliver()

    alert = Alert.objects.get()
    assert (alert.kind, alert.order_id) == ("payment_attention", order.pk)
    assert alert.message == (
        f"5504.97 came in for order {order.order_number}, which is cancelled. It is being refunded."
    )
    assert (alert.acknowledged_at is not None, alert.acknowledged_by) == (True, None)


def test_until_the_money_is_back_it_is_on_the_staffs_list(as_staff, order, late, stripe, deliver):
    stripe.faults.set(refunds="pending")
    deliver()

    rows = as_staff.get("staff/payments/?attention=true").json()["results"]

    assert rows == [
        {
            "id": str(late.pk),
            "order": str(order.pk),
            "order_number": order.order_number,
            "payment_intent_id": late.intent_id,
            "status": "completed",
            "amount": "5504.97",
            "refunded_amount": "0.00",
            "attention": "order_cancelled",
        }
    ]
    assert Alert.objects.get().acknowledged_at is None


def test_a_refund_that_fails_keeps_it_on_the_list(late, stripe, deliver):
    stripe.faults.set(refunds="fail")

    deliver()

    late.refresh_from_db()
    assert (late.status, late.attention) == ("completed", "refund_failed")
    assert Alert.objects.filter(acknowledged_at=None).count() == 2


def test_it_is_settled_only_when_all_of_it_is_back(order, late, staff, stripe, deliver):
    def refund(amount):
        actions.request_refund(order_id=order.pk, amount=amount, actor=staff, reason="", now=timezone.now())
        deliver()
        late.refresh_from_db()
        return late.attention

    stripe.faults.set(refunds="fail")
    deliver()
    stripe.faults.set(refunds="succeed")

    assert (refund(Decimal("10.00")), refund(None)) == ("refund_failed", None)
    assert not Alert.objects.filter(acknowledged_at=None).exists()


@pytest.mark.parametrize("amount", [600000, 100])
def test_a_wrong_amount_goes_back_and_the_order_waits_on(order, payment, stripe, deliver, amount):
    stripe.call(f"/v1/payment_intents/{payment.intent_id}", f"amount={amount}")
    stripe.pay(payment)

    deliver()

    order.refresh_from_db()
    payment.refresh_from_db()
    assert stripe.refunds() == [amount]
    assert (payment.status, payment.attention, payment.amount * 100) == ("refunded", None, amount)
    assert (order.status, order.payment_status) == ("pending", "refunded")
    assert Alert.objects.get().message.endswith("which is not its total. It is being refunded.")


def test_after_a_wrong_amount_the_order_can_be_paid_by_another_intent(
    as_alice, order, payment, stripe, deliver
):
    stripe.call(f"/v1/payment_intents/{payment.intent_id}", "amount=100")
    stripe.pay(payment)
    deliver()
    as_alice.post("payments/create-intent/", {"order_id": str(order.pk)})
    second = Payment.objects.get(number=2)
    stripe.pay(second)
    deliver()

    order.refresh_from_db()
    assert (order.status, order.payment_status, str(order.payment_amount)) == (
        "processing",
        "completed",
        "5504.97",
    )


def test_money_back_is_asked_for_once_however_often_we_hear_of_it(late, stripe, deliver, settle):
    stripe.faults.set(webhook_copies=3)
    deliver()
    deliver()

    assert Refund.objects.count() == 1
    assert stripe.refunds() == [550497]


def test_a_second_payment_of_a_paid_order_goes_back(order, paid, stripe, deliver):
    pay_unasked(stripe, order)

    deliver()

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "completed")
    assert Payment.objects.get(number=2).status == "refunded"
    assert stripe.refunds() == [550497]
    assert Alert.objects.get().message.endswith("which is paid already. It is being refunded.")


def test_an_order_stays_on_the_list_until_the_last_of_its_payments_is_settled(order, paid, stripe, deliver):
    stripe.faults.set(refunds="pending")
    pay_unasked(stripe, order)
    pay_unasked(stripe, order)
    deliver()

    def settle_one(refund):
        stripe.sandbox.settle_refund(refund["id"], status="succeeded")
        deliver()
        return Alert.objects.filter(acknowledged_at=None).count()

    assert [settle_one(refund) for refund in stripe.sandbox.store.all_of("refund")] == [2, 0]


def test_staff_refund_the_payment_that_the_order_took(order, paid, staff, stripe, deliver):
    pay_unasked(stripe, order)
    deliver()

    refund = actions.request_refund(
        order_id=order.pk, amount=None, actor=staff, reason="", now=timezone.now()
    )

    assert (refund.payment_id, str(refund.amount)) == (paid.pk, "5504.97")


def test_a_payment_that_is_named_is_refunded_or_none(order, paid, staff, stripe, deliver):
    pay_unasked(stripe, order)
    deliver()
    given = {"order_id": order.pk, "amount": None, "actor": staff, "reason": "", "now": timezone.now()}

    with pytest.raises(InvalidTransition, match="Nothing of this payment is left"):
        actions.request_refund(payment_id=Payment.objects.get(number=2).pk, **given)

    assert actions.request_refund(payment_id=paid.pk, **given).payment_id == paid.pk


def test_money_under_an_intent_we_never_heard_of_pays_the_order_it_names(order, stripe, deliver):
    pay_unasked(stripe, order)

    deliver()

    assert Order.objects.get().status == "processing"
    assert Payment.objects.get().status == "completed"
