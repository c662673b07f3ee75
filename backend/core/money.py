"""Money: Decimal with two places, and the integers of the smallest unit that Stripe speaks."""

from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cut(amount: Decimal) -> Decimal:
    """The amount cut down to the cent (contract 3.1: 10 % of 2499.99 is 249.99)."""
    return amount.quantize(CENT, rounding=ROUND_DOWN)


def text(amount: Decimal) -> str:
    """The amount as JSON carries it: a string with two places."""
    return str(amount.quantize(CENT))


def to_minor(amount: Decimal) -> int:
    """The amount in cents. Raises ValueError for a fraction of a cent."""
    minor = amount * 100
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has a fraction of a cent")
    return int(minor)


def from_minor(minor: int) -> Decimal:
    """Cents as an amount."""
    return (Decimal(minor) / 100).quantize(CENT)
