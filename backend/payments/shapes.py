"""Payments as JSON: the one maker for every place that shows them."""

from typing import Any

from backend.core import money
from backend.payments.models import Payment, Refund


def payment_row_json(payment: Payment) -> dict[str, Any]:
    """The row of the staff's list."""
    return {
        "id": str(payment.pk),
        "order": str(payment.order_id),
        "order_number": payment.order.order_number,
        "payment_intent_id": payment.intent_id,
        "status": str(payment.status),
        "amount": money.text(payment.amount),
        "refunded_amount": money.text(payment.refunded_amount),
        "attention": payment.attention,
    }


def refund_json(refund: Refund) -> dict[str, Any]:
    """A refund as staff see it."""
    return {"id": str(refund.pk), "amount": money.text(refund.amount), "status": str(refund.status)}
