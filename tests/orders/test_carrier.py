"""The carrier's messages: about which order, once, and for how long they are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.orders import actions, carrier
from backend.orders.models import CarrierEvent, Order
from tasks import housekeeping
from tests.payments.parallel import in_the_gap
from tests.staff.conftest import pay, place

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ship(order, staff, *, hours_ago):
    pay(order)
    at = NOW - timedelta(hours=hours_ago)
    actions.ship_order(order_id=order.pk, tracking_number="1Z", carrier="UPS", actor=staff, now=at)


def hear(event_id):
    carrier.deliver(event_id=event_id, tracking_number="1Z", at=NOW, now=NOW)


def statuses(*orders):
    return [Order.objects.get(pk=order.pk).status for order in orders]


@pytest.fixture
def two(alice, bob, staff):
    """Two parcels under one number; the older order was shipped last."""
    older, newer = place(alice, sku="OLD"), place(bob, sku="NEW")
    ship(newer, staff, hours_ago=9)
    ship(older, staff, hours_ago=1)
    return older, newer


def test_of_two_parcels_with_one_number_the_one_shipped_last_arrives_first(two):
    hear("e1")
    first = statuses(*two)
    hear("e1")
    again = statuses(*two)
    hear("e2")

    assert (first, again) == (["delivered", "shipped"], ["delivered", "shipped"])
    assert statuses(*two) == ["delivered", "delivered"]


def test_a_parcel_that_is_not_on_its_way_any_more_is_not_the_one(two):
    older, newer = two
    Order.objects.filter(pk=older.pk).update(status="returned")

    hear("e1")

    assert statuses(older, newer) == ["returned", "delivered"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_message_that_comes_twice_at_once_is_about_one_parcel(two, monkeypatch, side):
    in_the_gap(monkeypatch, (carrier, "_parcel", side), lambda: hear("e1"))

    hear("e1")

    assert statuses(*two) == ["delivered", "shipped"]
    assert CarrierEvent.objects.count() == 1


def test_messages_are_forgotten_after_ninety_days(two, monkeypatch):
    monkeypatch.setattr(carrier, "BATCH", 2)
    for days in (95, 94, 93, 89):
        CarrierEvent.objects.create(
            event_id=f"{days} days", order=two[0], received_at=timezone.now() - timedelta(days=days)
        )

    housekeeping.prune()
    housekeeping.prune()

    assert list(CarrierEvent.objects.values_list("pk", flat=True)) == ["89 days"]
