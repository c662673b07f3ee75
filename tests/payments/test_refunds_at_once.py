"""A staff member clicks twice: what both clicks send back is never more than was paid."""

from decimal import Decimal

import pytest

from backend.orders.models import Order
from backend.payments.models import Payment, Refund
from tests.caller import Caller
from tests.payments.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PAID = Decimal("5504.97")


@pytest.fixture
def click(order, paid, staff):
    """The same request by several clients at once; how each was answered."""

    def send(amount=None, *, times=2, **headers):
        body = {"amount": amount} if amount else {}
        path = f"staff/orders/{order.pk}/refund/"
        clients = [Caller(staff) for _ in range(times)]
        answers = at_once(*[lambda one=one: one.post(path, body, **headers) for one in clients])
        return sorted(answer.status_code for answer in answers)

    return send


def sent_back(stripe):
    payment = Payment.objects.get()
    assert Order.objects.get().refunded_amount == payment.refunded_amount
    assert sum(stripe.refunds()) == payment.refunded_amount * 100
    return payment.refunded_amount


def test_half_of_it_twice_with_one_key_goes_once(click, stripe, settle):
    statuses = click("2752.48", Idempotency_Key="click")
    settle()

    assert statuses in ([200, 201], [201, 409])
    assert sent_back(stripe) == Decimal("2752.48")
    assert Refund.objects.count() == 1


def test_half_of_it_twice_without_a_key_are_two_wishes_and_no_more_than_was_paid(click, stripe, settle):
    statuses = click("2752.48", times=4)
    settle()

    assert statuses == [201, 201, 400, 400]
    assert sent_back(stripe) == Decimal("5504.96")


def test_more_than_half_of_it_twice_goes_once(click, stripe, settle):
    statuses = click("2752.49")
    settle()

    assert statuses == [201, 400]
    assert sent_back(stripe) == Decimal("2752.49")


def test_all_of_it_twice_goes_once(click, stripe, settle):
    statuses = click()
    settle()

    assert statuses == [201, 400]
    assert sent_back(stripe) == PAID


def test_many_parts_at_once_fill_the_payment_and_no_more(click, stripe, settle):
    statuses = click("1100.00", times=8)
    settle()

    assert statuses == [201] * 5 + [400] * 3
    assert sent_back(stripe) == Decimal("5500.00")
