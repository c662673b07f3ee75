"""/ws/staff/: what staff must look at, and new orders."""

from django.utils import timezone

from backend.alerts import actions as alerts
from tests import factories
from tests.consumers.test_orders import place


def warn(message="MUG is low"):
    return alerts.raise_alert(
        kind="low_stock", sku="MUG", message=message, event="stock.low", now=timezone.now()
    )


def test_open_alerts_then_new_ones_and_what_becomes_of_them(shop, as_staff, staff, tell):
    known, done = warn("known"), warn("done")
    alerts.acknowledge(alert_id=done.pk, user=staff, now=timezone.now())
    ears = shop.listen("staff/", staff)
    snapshot = ears.frame()
    listed = as_staff.get("staff/alerts/?open=true").json()["results"]

    alerts.acknowledge(alert_id=known.pk, user=staff, now=timezone.now())
    warn("new")
    tell()
    seen, new = ears.frames(2)

    assert snapshot == {"type": "snapshot", "topic": "staff:alerts", "version": 3, "data": listed}
    assert [row["id"] for row in listed] == [str(known.pk)]
    assert (seen["event"], seen["version"], seen["data"]["id"]) == ("alert.acknowledged", 4, str(known.pk))
    assert (new["event"], new["version"], new["data"]["message"]) == ("stock.low", 5, "new")


def test_a_new_order_is_shown(shop, alice, staff, tell):
    ears = shop.listen("staff/", staff)
    snapshot = ears.frame()

    order = place(alice, factories.product(sku="MUG"))
    tell()
    update = ears.frame()

    assert snapshot["data"] == []
    assert (update["event"], update["data"]["id"]) == ("order.created", str(order.pk))
