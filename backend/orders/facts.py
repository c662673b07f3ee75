"""What payments tell an order."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PaymentFacts:
    """The payment as the order's JSON shows it; amounts with two places."""

    status: str
    amount: Decimal
    refunded_amount: Decimal
