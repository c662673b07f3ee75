"""Money back: reserved under a lock, never more than came."""

from uuid import uuid4

import pytest
from django.utils import timezone

from backend.core.errors import Invalid, Missing
from backend.orders.models import Order
from backend.orders.states import InvalidTransition
from backend.outbox.models import Event
from backend.payments import actions, refunds
from backend.payments.models import Payment, Refund
from tests.payments.conftest import ALL, shown

pytestmark = pytest.mark.django_db


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
