"""The audit of money finds nothing in a shop that works, and exactly what was made wrong by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.core import audits
from backend.orders.models import Order
from backend.payments.audit import MONEY
from backend.payments.models import Payment, Refund
from tests import factories
from tests.payments.auditing import NOW, found
from tests.payments.conftest import DECLINED, place

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=1)


def checks():
    return [check for check, *_ in found()]


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
