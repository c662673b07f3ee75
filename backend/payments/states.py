"""Where a payment can stand, and that it only moves forward."""

from backend.payments.models import Payment
from backend.payments.provider import Intent

Status = Payment.Status

OPEN = (Status.PENDING, Status.PROCESSING, Status.FAILED)
PAID = (Status.COMPLETED, Status.PARTIALLY_REFUNDED, Status.REFUNDED)
HOLDS_MONEY = (Status.COMPLETED, Status.PARTIALLY_REFUNDED)

_STATUS_AT_STRIPE = {
    "succeeded": Status.COMPLETED,
    "canceled": Status.CANCELLED,
    "processing": Status.PROCESSING,
    "requires_capture": Status.PROCESSING,
}


def of(intent: Intent) -> Payment.Status:
    """How a payment stands when all that is known is its intent."""
    return _STATUS_AT_STRIPE.get(intent.status, Status.FAILED if intent.has_failed else Status.PENDING)


def may_move(*, current: str, to: Payment.Status) -> bool:
    """Money that came stays; nothing but money wakes a cancelled payment; the open states follow Stripe."""
    if current in PAID:
        return False
    if current == Status.CANCELLED:
        return to == Status.COMPLETED
    return current != to
