"""The audit of money finds nothing in a shop that works, and exactly what was made wrong by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backend.core import audits
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import actions
from backend.payments.audit import MONEY
from backend.payments.models import Payment, Refund
from tests import factories
from tests.payments.conftest import DECLINED, place
from tests.payments.test_attention import pay_unasked

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=1)


def found(now=NOW):
    report = audits.look(MONEY, now=now)
    return [(one.check, one.sku, one.order_id, one.message) for one in report.findings]


def checks():
    return [check for check, *_ in found()]


def refund(order, staff, amount=None):
    given = Decimal(amount) if amount else None
    return actions.request_refund(order_id=order.pk, amount=given, actor=staff, reason="", now=NOW)


def another_payment(order, **fields):
    """Beside the one that there is, as no action would write it."""
    fields = {"amount": order.total_amount, "currency": "usd", "status": "completed", **fields}
    return Payment.objects.create(order=order, number=2, intent_id="pi_2", updated_at=NOW, **fields)


def test_an_unpaid_order_adds_up(order, payment, stripe):
    stripe.pay(payment, DECLINED)

    assert found() == []


def test_a_paid_order_adds_up(paid):
    report = audits.look(MONEY, now=NOW + timedelta(days=9))

    assert (report.findings, report.is_complete) == ([], True)
    assert report.counts == {"orders": 1, "payments": 1, "refunds": 0}


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


def test_an_order_that_never_had_to_do_with_payments_is_none_of_its_business(order):
    Order.objects.update(status="delivered")

    assert found() == []


def test_an_order_that_was_charged_twice_is_found(order, paid):
    another_payment(order, is_taken=True)

    assert found() == [
        (
            "charged twice",
            "",
            order.pk,
            f"Order {order.order_number} keeps the money of 2 payments: {paid.intent_id}, pi_2",
        )
    ]


def test_charged_twice_and_refunded_once_is_in_order(order, paid):
    second = another_payment(order, is_taken=True, status="refunded", refunded_amount=order.total_amount)
    Refund.objects.create(payment=second, amount=second.amount, status="succeeded", reason="", updated_at=NOW)

    assert "charged twice" not in checks()


def test_money_that_nobody_claims_is_found(order, paid):
    another_payment(order, amount=Decimal("20.00"))

    assert found() == [
        (
            "unclaimed",
            "",
            order.pk,
            f"We keep 20.00 of payment pi_2, which order {order.order_number} did not take, "
            "and nobody is asked to look",
        )
    ]


def test_money_that_staff_are_asked_to_look_at_is_not_found_again(order, paid):
    another_payment(order, attention="order_not_waiting")

    assert found() == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "failed"}, "5504.97 usd, failed"),
        ({"amount": Decimal("5504.96")}, "5504.96 usd, completed"),
        ({"currency": "eur"}, "5504.97 eur, completed"),
    ],
)
def test_an_order_that_took_what_does_not_pay_it_is_found(order, paid, changed, says):
    Payment.objects.update(**changed)

    assert [message for check, _, _, message in found() if check == "taken"] == [
        f"Order {order.order_number} of 5504.97 usd, processing, took payment {paid.intent_id} of {says}"
    ]


def test_an_order_that_is_paid_and_still_waits_is_found(order, paid):
    Order.objects.update(status="pending")

    assert found() == [
        (
            "taken",
            "",
            order.pk,
            f"Order {order.order_number} of 5504.97 usd, pending, took payment {paid.intent_id} of "
            "5504.97 usd, completed",
        )
    ]


@pytest.mark.parametrize("status", ["processing", "shipped", "delivered", "returned"])
def test_an_order_that_was_sold_without_a_payment_is_found(order, payment, status):
    Order.objects.update(status=status)

    assert found() == [
        (
            "unpaid",
            "",
            order.pk,
            f"Order {order.order_number} is {status}, but no payment was taken for it",
        )
    ]


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


def test_an_order_that_shows_another_payment_than_it_has_is_found(order, paid):
    Order.objects.update(payment_status="refunded", refunded_amount="1.00")

    assert found() == [
        (
            "told",
            "",
            order.pk,
            f"Order {order.order_number} shows refunded, 1.00 of 5504.97 refunded; its payment is completed, "
            "0.00 of 5504.97",
        )
    ]


@pytest.mark.parametrize("field", ["subtotal", "tax", "shipping_cost", "discount", "item_count"])
def test_an_order_whose_amounts_do_not_sum_up_is_found(order, field):
    Order.objects.update(**{field: 77})

    assert checks() == ["sums"]


def test_an_order_whose_lines_do_not_sum_up_is_found(order):
    order.items.update(subtotal="1.00")

    assert found() == [
        (
            "sums",
            "",
            order.pk,
            f"Order {order.order_number}: 4999.98 and 499.99 tax and 5.00 shipping less 0.00 is not 5504.97, "
            "or its lines of 1.00 don't sum to it",
        )
    ]


def test_it_takes_a_fixed_number_of_queries(paid, bob, django_assert_num_queries):
    for number in range(3):
        place(bob, factories.product(sku=f"MORE-{number}"))

    with django_assert_num_queries(len(MONEY.counted) + len(MONEY.checks)):
        audits.look(MONEY, now=NOW)
