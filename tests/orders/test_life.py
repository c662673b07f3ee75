"""An order's life by its actions: payment, shipping, delivery, return, the carrier's word."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from backend.core.errors import Denied, Missing
from backend.inventory.models import Stock
from backend.orders import actions, carrier, queries, states
from backend.orders.models import CarrierEvent, Order
from backend.orders.states import InvalidTransition
from backend.outbox.models import Event, FeedEntry
from tests.orders.steps import NOW, deliver, facts, history, pay, ship

pytestmark = pytest.mark.django_db


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
