"""An order's life by its actions: payment, shipping, delivery, return, expiry, the carrier's word."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from backend.core.errors import Denied, Missing
from backend.inventory.models import Stock
from backend.orders import actions, carrier, queries, states
from backend.orders.facts import PaymentFacts
from backend.orders.models import CarrierEvent, Order
from backend.orders.states import InvalidTransition
from backend.outbox.models import Event, FeedEntry

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def facts(order, status="completed", refunded="0.00"):
    return PaymentFacts(status=status, amount=order.total_amount, refunded_amount=Decimal(refunded))


def pay(order, now=NOW):
    with transaction.atomic():
        locked = queries.lock_order(order_id=order.pk)
        actions.mark_paid(order=locked, payment=facts(order), now=now)


def ship(order, staff):
    return actions.ship_order(order_id=order.pk, tracking_number="1Z", carrier="UPS", actor=staff, now=NOW)


def deliver(order, staff):
    return actions.deliver_order(order_id=order.pk, actor=staff, now=NOW)


def history(order):
    return list(order.history.values_list("status", "note"))


def test_a_paid_order_is_processed_and_its_units_are_sold(order):
    pay(order)

    paid = Order.objects.get()
    assert (paid.status, paid.version, paid.payment_status) == ("processing", 2, "completed")
    assert history(paid)[1:] == [("processing", "Payment confirmed. Order processing started.")]
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (3, 0)
    told = Event.objects.get(topic=f"order:{order.pk}", event="order.processing")
    assert told.data["payment"] == {"status": "completed", "amount": "5504.97", "refunded_amount": "0.00"}
    assert told.data["expires_at"] is None


def test_the_whole_way_is_one_version_and_one_history_line_a_step(order, staff):
    pay(order)
    ship(order, staff)
    deliver(order, staff)
    actions.return_order(order_id=order.pk, actor=staff, now=NOW)

    returned = Order.objects.get()
    assert (returned.status, returned.version) == ("returned", 5)
    assert history(returned) == [
        ("pending", "Order created"),
        ("processing", "Payment confirmed. Order processing started."),
        ("shipped", "Shipped with UPS, tracking number 1Z"),
        ("delivered", "Delivered"),
        ("returned", "Returned"),
    ]
    versions = Event.objects.filter(topic=f"order:{order.pk}").order_by("id")
    assert list(versions.values_list("version", flat=True)) == [1, 2, 3, 4, 5]
    assert FeedEntry.objects.filter(topic=f"orders:{order.user_id}").count() == 5
    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (5, 0)


@pytest.mark.parametrize("start", list(Order.Status))
@pytest.mark.parametrize("to", [status for status in Order.Status if status != "pending"])
def test_only_the_tables_moves_are_allowed(order, start, to):
    order.status = start
    table = {
        "pending": {"processing", "cancelled"},
        "processing": {"shipped", "cancelled"},
        "shipped": {"delivered"},
        "delivered": {"returned"},
        "cancelled": set(),
        "returned": set(),
    }

    if to in table[start]:
        states.check(order=order, to=to)
    else:
        with pytest.raises(InvalidTransition):
            states.check(order=order, to=to)


def test_a_refused_step_leaves_no_trace(order, staff):
    with pytest.raises(InvalidTransition):
        ship(order, staff)

    kept = Order.objects.get()
    assert (kept.status, kept.version, kept.tracking_number) == ("pending", 1, None)
    assert Event.objects.filter(topic=f"order:{order.pk}").count() == 1


def test_paying_twice_is_refused(order):
    pay(order)

    with pytest.raises(InvalidTransition):
        pay(order)

    assert Stock.objects.values_list("on_hand", "held").get(sku="MUG") == (3, 0)


def test_a_refund_is_told_everywhere_and_a_failed_try_only_to_the_order(order):
    pay(order)
    FeedEntry.objects.all().delete()
    with transaction.atomic():
        locked = queries.lock_order(order_id=order.pk)
        actions.payment_changed(order=locked, payment=facts(order, "failed"), event="order.payment", now=NOW)
        assert not FeedEntry.objects.exists()
        told = facts(order, "partially_refunded", "1.00")
        actions.payment_changed(order=locked, payment=told, event="order.refunded", now=NOW)

    assert Order.objects.get().version == 4
    assert set(FeedEntry.objects.values_list("topic", flat=True)) == {f"orders:{order.user_id}", "orders:all"}


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


def test_the_carrier_delivers_once(order, staff):
    pay(order)
    ship(order, staff)
    at = NOW - timedelta(hours=1)

    for _ in range(2):
        carrier.deliver(event_id="e1", tracking_number="1Z", at=at, now=NOW)
    carrier.deliver(event_id="e2", tracking_number="1Z", at=at, now=NOW)

    delivered = Order.objects.get()
    assert (delivered.status, delivered.delivered_at, delivered.version) == ("delivered", at, 4)
    assert CarrierEvent.objects.count() == 2


def test_a_carriers_word_on_an_order_that_never_left_is_refused(order, staff):
    pay(order)
    Order.objects.update(tracking_number="1Z")

    with pytest.raises(InvalidTransition):
        carrier.deliver(event_id="e1", tracking_number="1Z", at=NOW, now=NOW)

    assert not CarrierEvent.objects.exists()


def test_an_unknown_tracking_number_is_missing():
    with pytest.raises(Missing):
        carrier.deliver(event_id="e1", tracking_number="none", at=NOW, now=NOW)


def test_what_was_bought_is_known_while_the_order_stands(order, alice, mug, staff):
    def bought():
        return queries.has_bought(user_id=alice.pk, product_id=mug.pk)

    assert not bought()
    pay(order)
    assert bought()
    actions.cancel_order(order_id=order.pk, user=staff, note="x", now=NOW)
    assert not bought()


def test_a_stranger_sees_nothing_and_staff_search_all(order, alice, bob, staff):
    with pytest.raises(Denied):
        queries.order_of(order_id=order.pk, user=bob)
    assert queries.order_of(order_id=order.pk, user=staff) == order
    with pytest.raises(Missing):
        queries.order_of(order_id=uuid4(), user=staff)
    assert list(queries.staff_list(search="ALICE@")) == [order]
    assert list(queries.staff_list(search=order.order_number[-6:].lower())) == [order]
    today = order.created_at.date()
    assert list(queries.staff_list(status="pending", date_from=today, date_to=today)) == [order]
    assert not queries.staff_list(date_to=today - timedelta(days=1))
    assert not queries.staff_list(status="shipped")
