"""An order as JSON: the one maker for REST, events and snapshots."""

from typing import Any

from backend.core import clock, money
from backend.orders.models import Order, OrderItem, StatusChange


def order_json(order: Order) -> dict[str, Any]:
    """The whole order, as its owner and staff see it."""
    return {
        "id": str(order.pk),
        "order_number": order.order_number,
        "status": str(order.status),
        "subtotal": money.text(order.subtotal),
        "tax": money.text(order.tax),
        "shipping_cost": money.text(order.shipping_cost),
        "discount": money.text(order.discount),
        "total_amount": money.text(order.total_amount),
        "items": [_item_json(item) for item in order.items.all()],
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "status_history": [_history_json(change) for change in order.history.all()],
        "payment": payment_json(order),
        "expires_at": clock.text(order.expires_at) if order.status == Order.Status.PENDING else None,
        "tracking_number": order.tracking_number,
        "shipped_at": clock.text(order.shipped_at),
        "delivered_at": clock.text(order.delivered_at),
        "created_at": clock.text(order.created_at),
    }


def summary_json(order: Order) -> dict[str, Any]:
    """The order in a list."""
    return {
        "id": str(order.pk),
        "order_number": order.order_number,
        "status": str(order.status),
        "total_amount": money.text(order.total_amount),
        "item_count": order.item_count,
        "created_at": clock.text(order.created_at),
        "updated_at": clock.text(order.updated_at),
    }


def staff_summary_json(order: Order) -> dict[str, Any]:
    """The order in the staff's list: whose it is, and how it stands with the money."""
    customer = {"id": str(order.user_id), "email": order.user.email}
    return {**summary_json(order), "customer": customer, "payment": payment_json(order)}


def payment_json(order: Order) -> dict[str, Any] | None:
    """What payments last told; None before there was a payment."""
    if order.payment_status is None or order.payment_amount is None:
        return None
    return {
        "status": order.payment_status,
        "amount": money.text(order.payment_amount),
        "refunded_amount": money.text(order.refunded_amount),
    }


def _item_json(item: OrderItem) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "product_name": item.product_name,
        "product_sku": item.product_sku,
        "variant_name": item.variant_name,
        "price": money.text(item.price),
        "quantity": item.quantity,
        "subtotal": money.text(item.subtotal),
    }


def _history_json(change: StatusChange) -> dict[str, Any]:
    return {"status": str(change.status), "note": change.note, "created_at": clock.text(change.created_at)}
