"""What an order costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from backend.core import money
from backend.core.errors import invalid_field

MOST = Decimal("999999.99")  # Stripe takes amounts of up to eight digits in the smallest unit


@dataclass(frozen=True)
class Totals:
    """Amounts of one order, each with two places."""

    subtotal: Decimal
    tax: Decimal
    shipping_cost: Decimal
    discount: Decimal
    total_amount: Decimal


def totals(lines: Iterable[tuple[Decimal, int]]) -> Totals:
    """The sums for (price, quantity) lines: tax is cut down to the cent, shipping is flat.

    Raises Invalid for an order that Stripe could not charge.
    """
    subtotal = sum((price * quantity for price, quantity in lines), money.ZERO)
    tax = money.cut(subtotal * settings.TAX_RATE)
    total = subtotal + tax + settings.SHIPPING_FLAT
    if total > MOST:
        raise invalid_field("cart", f"An order can't cost more than {MOST}.")
    return Totals(subtotal, tax, settings.SHIPPING_FLAT, money.ZERO, total)
