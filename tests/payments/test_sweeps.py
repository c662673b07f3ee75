"""Orders that were not paid in time are ended, and their intents before them."""

from dataclasses import replace

import pytest
from django.utils import timezone

from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import Order
from backend.payments import gateway
from backend.payments.models import Payment
from backend.payments.provider import ProviderRefused
from tasks import payments as tasks
from tests import factories
from tests.payments.conftest import history, place, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(order):
    """The order, its time to pay over."""
    Order.objects.update(expires_at=timezone.now())
    return order


def refuse(intent_id):
    raise ProviderRefused("no")


def test_an_order_not_paid_in_time_is_cancelled_and_can_not_be_paid_any_more(order, payment, stripe):
    Order.objects.update(expires_at=timezone.now())

    tasks.expire_orders()

    assert status(order) == "cancelled"
    assert history(order)[1:] == [("cancelled", "Payment window expired")]
    assert stripe.intent(payment)["status"] == "canceled"
    assert Payment.objects.get().status == "cancelled"
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)


def test_an_order_without_an_intent_is_cancelled_without_stripe(late, stripe):
    stripe.faults.set(fail=9)

    tasks.expire_orders()
    tasks.expire_orders()

    assert status(late) == "cancelled"
    assert len(history(late)) == 2


def test_an_order_in_time_is_left_alone(order, payment, stripe):
    tasks.expire_orders()

    assert (status(order), stripe.intent(payment)["status"]) == ("pending", "requires_payment_method")


def test_paid_at_the_last_moment_it_is_paid(order, payment, stripe):
    Order.objects.update(expires_at=timezone.now())
    stripe.pay(payment)

    tasks.expire_orders()

    assert status(order) == "processing"
    assert Payment.objects.get().status == "completed"


def test_the_intent_is_canceled_before_the_order(order, payment, stripe, monkeypatch):
    Order.objects.update(expires_at=timezone.now())
    cancel = gateway.cancel_intent
    seen = []

    def look(intent_id):
        seen.append(Order.objects.get().status)
        stripe.pay(payment)
        return cancel(intent_id)

    monkeypatch.setattr(gateway, "cancel_intent", look)
    tasks.expire_orders()

    assert seen == ["pending"]
    assert status(order) == "processing"


def test_while_the_bank_decides_the_order_waits(order, payment, stripe):
    Order.objects.update(expires_at=timezone.now())
    Payment.objects.update(status="processing")

    tasks.expire_orders()

    assert (status(order), stripe.intent(payment)["status"]) == ("pending", "requires_payment_method")


def test_an_intent_that_went_to_the_bank_meanwhile_keeps_its_order(order, payment, stripe, monkeypatch):
    Order.objects.update(expires_at=timezone.now())
    at_the_bank = replace(gateway.retrieve_intent(payment.intent_id), status="processing")
    monkeypatch.setattr(gateway, "cancel_intent", refuse)
    monkeypatch.setattr(gateway, "retrieve_intent", lambda intent_id: at_the_bank)

    tasks.expire_orders()

    assert (status(order), Payment.objects.get().status) == ("pending", "processing")


def test_while_stripe_is_away_no_order_is_ended(order, payment, stripe):
    Order.objects.update(expires_at=timezone.now())
    stripe.faults.set(fail=2)

    tasks.expire_orders()

    assert status(order) == "pending"
    tasks.expire_orders()
    assert status(order) == "cancelled"


def test_an_intent_that_stripe_forgot_ends_with_its_order(order, payment, stripe):
    Order.objects.update(expires_at=timezone.now())
    stripe.sandbox.reset()

    tasks.expire_orders()

    assert (status(order), Payment.objects.get().status) == ("cancelled", "cancelled")


def test_an_order_that_can_not_be_ended_stops_no_other(order, payment, alice, stripe, monkeypatch):
    other = place(alice, factories.product(sku="CUP", quantity=2))
    Order.objects.update(expires_at=timezone.now())
    monkeypatch.setattr(gateway, "retrieve_intent", refuse)

    tasks.expire_orders()

    assert (status(order), status(other)) == ("pending", "cancelled")


def test_a_cancelled_orders_intent_is_canceled(order, alice, payment, stripe, settle):
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())

    settle()

    assert stripe.intent(payment)["status"] == "canceled"
    assert Payment.objects.get().status == "cancelled"


def test_cancelled_and_paid_at_once_the_money_goes_back(order, alice, payment, stripe, settle):
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())
    stripe.pay(payment)

    settle()

    assert stripe.refunds() == [550497]
    assert (status(order), Payment.objects.get().status) == ("cancelled", "refunded")
