"""Orders and payments as the shop leaves them, for staff to work on."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from backend.cart import actions as carts
from backend.orders import actions as orders
from backend.orders import queries
from backend.orders.facts import PaymentFacts
from backend.orders.models import Order
from backend.payments.models import Payment
from tests import factories


def place(user, *, sku="MUG", price="10.00", quantity=2) -> Order:
    """An order of the user that waits for payment, of a product of its own."""
    return buy(user, factories.product(sku=sku, price=price, quantity=5), quantity=quantity)


def buy(user, product, *, quantity) -> Order:
    """An order of the product that waits for payment."""
    now = timezone.now()
    carts.add_item(user_id=user.pk, product_id=product.pk, variant_id=None, quantity=quantity, now=now)
    return orders.place_order(
        user=user,
        shipping_address_id=factories.address(user).pk,
        billing_address_id=factories.address(user, address_type="billing").pk,
        now=now,
    )


def pay(order) -> Payment:
    """The order's money, as Stripe's event leaves it."""
    now = timezone.now()
    payment = Payment.objects.create(
        order=order,
        intent_id=f"pi_{order.order_number}",
        amount=order.total_amount,
        currency="usd",
        status=Payment.Status.COMPLETED,
        paid_at=now,
        updated_at=now,
    )
    facts = PaymentFacts(status="completed", amount=order.total_amount, refunded_amount=Decimal("0.00"))
    with transaction.atomic():
        orders.mark_paid(order=queries.lock_order(order_id=order.pk), payment=facts, now=now)
    return payment


@pytest.fixture
def waiting(alice) -> Order:
    """Alice's, of two mugs at 10.00, not paid: 20.00, 2.00 tax, 5.00 shipping."""
    return place(alice)


@pytest.fixture
def paid(waiting) -> Order:
    """The same, paid."""
    pay(waiting)
    return Order.objects.get(pk=waiting.pk)


@pytest.fixture
def shipped(paid, staff) -> Order:
    """The same, shipped."""
    return orders.ship_order(
        order_id=paid.pk, tracking_number="1Z999", carrier="UPS", actor=staff, now=timezone.now()
    )


@pytest.fixture
def delivered(shipped, staff) -> Order:
    """The same, delivered."""
    return orders.deliver_order(order_id=shipped.pk, actor=staff, now=timezone.now())
