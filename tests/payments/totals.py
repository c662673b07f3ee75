"""An order's total that changes; no endpoint does that yet, so the row is changed."""

from decimal import Decimal

from backend.orders.models import Order
from backend.payments.models import Payment


def ask(caller, order):
    return caller.post("payments/create-intent/", {"order_id": str(order.pk)})


def change(total="4000.00", **changes):
    Order.objects.update(total_amount=Decimal(total), **changes)


def at_stripe(stripe):
    """Amount and status of every intent there, the oldest first."""
    return [(intent["amount"], intent["status"]) for intent in reversed(stripe.intents())]


def rows():
    return [
        (str(amount), status)
        for amount, status in Payment.objects.order_by("number").values_list("amount", "status")
    ]
