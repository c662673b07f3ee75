"""The parts of placing an order: what the cart held at today's prices, and the rows with their snapshot."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError

from backend.accounts import shapes as accounts
from backend.accounts.models import Address, User
from backend.cart import actions as carts
from backend.cart.lines import Line
from backend.core import rows
from backend.core.errors import Invalid, invalid_field
from backend.orders import numbers, pricing
from backend.orders.models import Order, OrderItem

DRAWS = 5


class CartEmpty(Invalid):
    """There is nothing to order."""

    code = "cart_empty"
    message = "Your cart is empty"


def take_lines(*, user: User, now: datetime) -> list[Line]:
    """What the user's cart held; its devices see it empty. Locks the cart.

    Raises CartEmpty, and Invalid for a line that is no longer sold.
    """
    lines = carts.empty(user_id=user.pk, event="cart.checked_out", now=now)
    if not lines:
        raise CartEmpty
    gone = [line.sku for line in lines if not line.is_sold]
    if gone:
        raise invalid_field("cart", f"No longer sold: {', '.join(sorted(gone))}.")
    return lines


def write_order(
    *, user: User, lines: Sequence[Line], shipping: Address, billing: Address, now: datetime
) -> Order:
    """The order with its items, in the caller's transaction."""
    order = Order(
        user=user,
        currency=settings.CURRENCY,
        item_count=sum(line.quantity for line in lines),
        shipping_address=accounts.address_json(shipping),
        billing_address=accounts.address_json(billing),
        expires_at=now + settings.ORDER_PAYMENT_WINDOW,
        created_at=now,
        updated_at=now,
        **asdict(pricing.totals((line.price, line.quantity) for line in lines)),
    )
    _insert(order, now)
    items = sorted((_item(order, line) for line in lines), key=lambda item: item.product_sku)
    rows.insert(items)
    rows.attach(order, items=items, history=[])
    return order


def units(order: Order) -> dict[str, int]:
    """How many units of each counted SKU the order takes; SKUs that are not counted are left out."""
    summed: Counter[str] = Counter()
    for item in order.items.all():
        if item.is_tracked:
            summed[item.product_sku] += item.quantity
    return dict(summed)


def _insert(order: Order, now: datetime) -> None:
    """Draw a number until it is free: a taken one is skipped by the constraint, not looked up before."""
    for _ in range(DRAWS):
        order.order_number = numbers.order_number(now)
        if rows.insert([order], otherwise="ON CONFLICT (order_number) DO NOTHING RETURNING id"):
            return
    raise IntegrityError(f"{DRAWS} order numbers in a row were taken")


def _item(order: Order, line: Line) -> OrderItem:
    return OrderItem(
        order=order,
        product_id=line.product_id,
        product_name=line.product_name,
        product_sku=line.sku,
        variant_name=line.variant_name,
        price=line.price,
        quantity=line.quantity,
        subtotal=line.subtotal,
        is_tracked=line.is_tracked,
        created_at=order.created_at,
    )
