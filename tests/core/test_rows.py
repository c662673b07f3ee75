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
    changed = rows.change(
        Order, "SET carrier = %(to)s, version = version + 1 WHERE id = %(id)s", to="DHL", id=order.pk
    )

    assert [values(one) for one in changed] == [values(Order.objects.get(pk=order.pk))]
    assert (changed[0].carrier, changed[0].version) == ("DHL", order.version + 1)


def test_a_row_is_written_as_it_is(order):
    order.status, order.refunded_amount, order.shipped_at = "shipped", Decimal("1.50"), NOW
    order.shipping_address = {"city": 'Zürich "Nord" %s'}

    rows.update(order)

    assert values(Order.objects.get(pk=order.pk)) == values(order)


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
