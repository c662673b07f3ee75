"""An alert is raised once, told to staff, and closed once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.alerts import actions, queries
from backend.alerts.models import Alert
from backend.alerts.shapes import alert_json
from backend.core import clock
from backend.core.errors import Missing
from backend.outbox.models import Event, FeedEntry

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def low(sku="LAMP", now=NOW):
    return actions.raise_alert(
        kind="low_stock", sku=sku, message=f"Only 3 of {sku} left", event="stock.low", now=now
    )


def unsettled(order_id):
    return actions.raise_alert(
        kind="payment_attention", order_id=order_id, message="Look", event="payment.attention", now=NOW
    )


def test_a_raised_alert_is_stored_and_told_to_the_feed_and_to_the_tasks():
    alert = low()

    entry = FeedEntry.objects.get()
    fact = Event.objects.get()
    assert (entry.topic, entry.event, entry.at) == ("staff:alerts", "stock.low", NOW)
    assert entry.data == {
        "id": str(alert.pk),
        "kind": "low_stock",
        "sku": "LAMP",
        "order": None,
        "message": "Only 3 of LAMP left",
        "created_at": clock.text(NOW),
        "acknowledged_at": None,
        "acknowledged_by": None,
    }
    assert (fact.topic, fact.event) == ("internal", "alert.raised")
    assert fact.data == {"alert_id": str(alert.pk), "kind": "low_stock"}


def test_acknowledging_names_who_and_when_and_tells_the_feed(staff):
    later = NOW + timedelta(minutes=5)

    alert = actions.acknowledge(alert_id=low().pk, user=staff, now=later)

    told = FeedEntry.objects.order_by("id").last()
    assert (alert.acknowledged_by, alert.acknowledged_at) == (staff, later)
    assert (told.event, told.data) == ("alert.acknowledged", alert_json(alert))
    assert told.data["acknowledged_by"] == "staff@shopwire.example"


def test_acknowledging_twice_changes_nothing_and_tells_nobody(staff, alice):
    alert = actions.acknowledge(alert_id=low().pk, user=staff, now=NOW)

    again = actions.acknowledge(alert_id=alert.pk, user=alice, now=NOW + timedelta(minutes=1))

    assert alert_json(again) == alert_json(alert)
    assert FeedEntry.objects.filter(event="alert.acknowledged").count() == 1


def test_an_unknown_alert_cannot_be_acknowledged(staff):
    with pytest.raises(Missing):
        actions.acknowledge(alert_id=uuid4(), user=staff, now=NOW)

    assert not FeedEntry.objects.exists()


def test_settling_closes_the_open_alerts_of_that_order_in_nobodys_name():
    order_id = uuid4()
    mine, other, stock = unsettled(order_id), unsettled(uuid4()), low()

    closed = actions.settle(kind="payment_attention", order_id=order_id, now=NOW)

    assert closed == 1
    assert set(Alert.objects.filter(acknowledged_at=None)) == {other, stock}
    assert queries.alert(mine.pk).acknowledged_by is None
    assert FeedEntry.objects.order_by("id").last().event == "alert.acknowledged"


def test_settling_again_is_a_no_op():
    order_id = uuid4()
    unsettled(order_id)
    actions.settle(kind="payment_attention", order_id=order_id, now=NOW)

    assert actions.settle(kind="payment_attention", order_id=order_id, now=NOW) == 0
    assert FeedEntry.objects.count() == 2


def test_open_alerts_are_the_newest_and_no_more_than_asked():
    low("A")
    newer = [low("B", NOW + timedelta(seconds=1)), low("C", NOW + timedelta(seconds=2))]

    assert queries.open_alerts(limit=2) == newer[::-1]
