"""Two lines can't share a SKU, and an order whose lines did would take the sum (each unit from one row)."""

from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from backend.inventory.models import Stock
from backend.orders import actions as orders
from backend.orders.models import OrderItem
from tests import factories
from tests.cart.lines import put

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_second_line_of_a_sku(alice):
    product = factories.product(sku="ONE")
    put(alice, product)

    with pytest.raises(IntegrityError, match="cart_item_one_line_per_sku"):
        put(alice, product)


def test_the_same_sku_in_two_lines_of_an_order_moves_by_the_sum(alice):
    product = factories.product(sku="SUM", quantity=10)
    put(alice, product, quantity=2)
    address = factories.address(alice).pk
    order = orders.place_order(
        user=alice, shipping_address_id=address, billing_address_id=address, now=timezone.now()
    )
    line = order.items.get()
    line.pk, line.quantity = uuid4(), 3
    Stock.objects.filter(sku="SUM").update(held=5)

    line.save(force_insert=True)
    orders.cancel_order(order_id=order.pk, user=alice, note="", now=timezone.now())

    assert OrderItem.objects.count() == 2
    assert Stock.objects.values_list("on_hand", "held", "version").get(sku="SUM") == (10, 0, 3)
