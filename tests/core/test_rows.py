"""Statements that are written once do what Django's own would do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backend.cart.models import Cart
from backend.core import rows
from backend.orders.models import Order, OrderItem
from backend.outbox.models import FeedEntry
from tests.orders.conftest import mug, order

__all__ = ["mug", "order"]
pytestmark = pytest.mark.django_db
NOW = timezone.now()


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_is_read_as_django_reads_it(order):
    [found] = rows.select(Order, "id = %(id)s", id=order.pk)

    assert values(found) == values(Order.objects.get(pk=order.pk))
    assert found == order
    assert rows.select(Order, "id = ANY(%(ids)s)", ids=[]) == []


def test_a_row_is_read_as_an_update_leaves_it(order):
    [changed] = rows.read(
        rows.changing(
            Order, "SET carrier = %(to)s, version = version + 1 WHERE id = %(id)s", to="DHL", id=order.pk
        )
    )

    assert [values(one) for one in changed] == [values(Order.objects.get(pk=order.pk))]
    assert (changed[0].carrier, changed[0].version) == ("DHL", order.version + 1)


def test_fields_are_written_as_they_are_and_no_others(order):
    order.status, order.refunded_amount, order.shipped_at = "shipped", Decimal("1.50"), NOW
    order.shipping_address = {"city": 'Zürich "Nord" %s'}
    was, order.carrier = order.carrier, "not to be written"

    rows.update(order, "status", "refunded_amount", "shipped_at", "shipping_address")

    assert values(Order.objects.get(pk=order.pk)) == values(order) | {"carrier": was}


def test_several_are_read_in_one_round_trip_each_as_its_kind(order, django_assert_num_queries):
    orders = rows.selection(Order, "id = %(id)s FOR UPDATE", id=order.pk)
    items = rows.selection(OrderItem, "order_id = %(id)s", id=order.pk)

    with django_assert_num_queries(1):
        found = rows.read(orders, items, rows.selection(Order, "FALSE"))

    assert found == [[order], list(OrderItem.objects.filter(order=order)), []]


def test_rows_are_inserted_with_the_keys_that_they_bring_or_the_database_makes(alice):
    cart = Cart(user=alice, version=3, created_at=NOW, updated_at=NOW)

    assert rows.insert([cart], otherwise="RETURNING version") == [(3,)]
    rows.insert([FeedEntry(topic=topic, event="e", at=NOW, data=[None, "é"]) for topic in ("a", "b")])

    assert values(Cart.objects.get()) == values(cart)
    assert list(FeedEntry.objects.order_by("id").values_list("topic", "data")) == [
        ("a", [None, "é"]),
        ("b", [None, "é"]),
    ]
    cart.updated_at = NOW + timedelta(1)
    cart.save()
    assert Cart.objects.get().updated_at == NOW + timedelta(1)


def test_nothing_to_insert_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows.insert([]) == []


def test_parts_that_are_attached_are_not_asked_for(order, django_assert_num_queries):
    items = list(OrderItem.objects.filter(order=order))

    rows.attach(order, items=items)

    with django_assert_num_queries(0):
        assert list(order.items.all()) == items
    assert order.items.filter(quantity=99).first() is None
