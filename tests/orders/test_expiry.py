"""The end of an order's payment window: told once before it comes; then what is unpaid expires, once."""

from datetime import timedelta

import pytest

from backend.inventory.models import Stock
from backend.orders import actions, queries
from backend.orders.models import Order
from backend.outbox.models import Event
from tests.orders.steps import history, pay

pytestmark = pytest.mark.django_db


def test_an_order_whose_window_is_over_expires_once(order):
    late = order.expires_at

    assert actions.expire(order_id=order.pk, now=late) is True
    assert actions.expire(order_id=order.pk, now=late) is False

    expired = Order.objects.get()
    assert history(expired)[1:] == [("cancelled", "Payment window expired")]
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)


def test_an_order_within_its_window_does_not_expire(order):
    early = order.expires_at - timedelta(seconds=1)

    assert actions.expire(order_id=order.pk, now=early) is False


def test_a_paid_order_does_not_expire(order):
    pay(order)

    assert actions.expire(order_id=order.pk, now=order.expires_at) is False
    assert Order.objects.get().status == "processing"


def test_the_end_of_the_window_is_told_once(order):
    soon = order.expires_at - timedelta(minutes=1)
    window = timedelta(minutes=2)

    assert queries.expiring(now=soon, within=window) == [order.pk]
    assert actions.tell_expiring(order_id=order.pk, now=soon) is True
    assert queries.expiring(now=soon, within=window) == []
    assert actions.tell_expiring(order_id=order.pk, now=soon) is False
    assert Event.objects.filter(topic=f"order:{order.pk}", event="order.expiring").count() == 1
