"""An intent asked for in the window's last moment, while its end is under way."""

import pytest
from django.utils import timezone

from backend.core.errors import ShopError
from backend.orders.models import Order
from backend.payments import actions, closing, gateway
from backend.payments.models import Payment
from tests.payments.parallel import in_the_gap

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(order, stripe, alice):
    """Ask for an intent within the window's last second, in the shop's two halves."""

    def ask():
        try:
            return actions.create_intent(order_id=order.pk, user=alice, now=order.created_at).status
        except ShopError as refused:
            return refused.code

    Order.objects.update(expires_at=timezone.now())
    return ask


@pytest.mark.parametrize("side", ["before", "after"])
def test_an_order_that_ends_while_stripe_opens_its_intent_gets_none(
    order, asked, stripe, settle, monkeypatch, side
):
    def expire():
        assert closing.expire_order(order_id=order.pk, now=timezone.now()) is True

    in_the_gap(monkeypatch, (gateway, "create_intent", side), expire)
    answer = asked()
    settle()

    assert (answer, [one["status"] for one in stripe.intents()]) == ("invalid_transition", ["canceled"])
    assert list(Payment.objects.values_list("status", flat=True)) == ["cancelled"]


def test_an_intent_opened_while_the_order_is_about_to_end_is_canceled_first(
    order, asked, stripe, monkeypatch
):
    answers = []
    in_the_gap(monkeypatch, (closing, "_expire", "before"), lambda: answers.append(asked()))

    def expire():
        has_expired = closing.expire_order(order_id=order.pk, now=timezone.now())
        return has_expired, Order.objects.get().status, stripe.intents()[0]["status"]

    assert expire() == (False, "pending", "requires_payment_method")
    assert answers == ["pending"]
    assert expire() == (True, "cancelled", "canceled")
