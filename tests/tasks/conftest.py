"""An order whose life is told by mail."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from backend.cart import actions as carts
from backend.orders import actions as orders
from backend.orders import queries
from backend.orders.facts import PaymentFacts
from tests import factories


@pytest.fixture
def order(alice):
    """Two of alice's items; the product's name tries to be HTML."""
    product = factories.product(sku="MUG", name='Mug <b>"big"</b> & Söhne', slug="mug", price="12.50")
    carts.add_item(user_id=alice.pk, product_id=product.pk, variant_id=None, quantity=2, now=timezone.now())
    home = factories.address(alice, full_name="Alice <script>", apartment="4B")
    return orders.place_order(
        user=alice, shipping_address_id=home.pk, billing_address_id=home.pk, now=timezone.now()
    )


def pay(order, refunded="0.00", status="completed", event="order.refunded"):
    """What payments do when money has come, or gone back."""
    with transaction.atomic():
        locked = queries.lock_order(order_id=order.pk)
        facts = PaymentFacts(status=status, amount=locked.total_amount, refunded_amount=Decimal(refunded))
        if locked.status == "pending":
            orders.mark_paid(order=locked, payment=facts, now=timezone.now())
        else:
            orders.payment_changed(order=locked, payment=facts, event=event, now=timezone.now())
