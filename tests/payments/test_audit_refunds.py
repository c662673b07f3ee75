"""The audit of money and what went back: every refund is in its payment, and none waits for ever."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import actions
from backend.payments.models import Payment, Refund
from tests.payments.auditing import NOW, found
from tests.payments.test_attention import pay_unasked

pytestmark = pytest.mark.django_db


def refund(order, staff, amount=None):
    given = Decimal(amount) if amount else None
    return actions.request_refund(order_id=order.pk, amount=given, actor=staff, reason="", now=NOW)


@pytest.mark.parametrize("amount", ["10.00", None])
def test_refunds_add_up(order, paid, staff, deliver, amount):
    refund(order, staff, amount)
    assert found() == []

    deliver()
    assert found(now=NOW + timedelta(days=9)) == []


def test_a_refund_that_failed_adds_up(order, paid, staff, stripe, deliver):
    stripe.faults.set(refunds="fail")
    refund(order, staff)
    deliver()

    assert Refund.objects.get().status == "failed"
    assert found(now=NOW + timedelta(days=9)) == []


def test_a_second_payment_on_its_way_back_adds_up(order, paid, stripe, deliver):
    stripe.faults.set(refunds="pending")
    pay_unasked(stripe, order)
    deliver()

    assert Payment.objects.get(number=2).status == "completed"
    assert found(now=NOW + timedelta(days=9)) == []


def test_a_cancelled_order_that_keeps_its_money_is_found_after_an_hour(order, paid, settle):
    orders.cancel_order(order_id=order.pk, user=None, note="", now=NOW)

    assert found(now=NOW + timedelta(hours=1)) == []
    assert found(now=NOW + timedelta(hours=1, seconds=1)) == [
        (
            "cancelled",
            "",
            order.pk,
            f"Order {order.order_number} is cancelled, but 5504.97 of payment {paid.intent_id} are not on "
            "their way back",
        )
    ]
    settle()
    assert found(now=NOW + timedelta(days=9)) == []


def test_a_refund_that_is_not_in_the_payment_is_found(order, paid, staff, settle):
    refund(order, staff, "10.00")
    settle()
    Payment.objects.update(refunded_amount=0, status="completed")
    Order.objects.update(refunded_amount=0, payment_status="completed")

    assert found() == [
        (
            "refunds",
            "",
            order.pk,
            f"Payment {paid.intent_id} of 5504.97 is completed with 0.00 refunded, its refunds come to 10.00",
        )
    ]


@pytest.mark.parametrize(
    ("status", "refunded"),
    [
        ("refunded", "0.00"),
        ("refunded", "10.00"),
        ("partially_refunded", "0.00"),
        ("partially_refunded", "5504.97"),
        ("completed", "10.00"),
    ],
)
def test_a_payment_that_stands_elsewhere_than_its_refunds_say_is_found(order, paid, status, refunded):
    Payment.objects.update(status=status, refunded_amount=refunded)
    if Decimal(refunded):
        Refund.objects.create(payment=paid, amount=refunded, status="succeeded", reason="", updated_at=NOW)

    assert [message for check, _, _, message in found() if check == "refunds"] == [
        f"Payment {paid.intent_id} of 5504.97 is {status} with {refunded} refunded, its refunds come to "
        f"{refunded}"
    ]


def test_a_refund_that_nobody_sends_is_found_after_an_hour(order, paid, staff):
    refund(order, staff, "10.00")

    assert found(now=NOW + timedelta(hours=1)) == []
    assert found(now=NOW + timedelta(hours=1, seconds=1)) == [
        ("unsent", "", order.pk, f"A refund of 10.00 of payment {paid.intent_id} was not sent")
    ]
