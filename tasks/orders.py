"""Mail to customers about their orders."""

from typing import Any
from uuid import UUID

from celery import shared_task

from backend.core import money
from backend.orders import queries, shapes
from tasks import jobs, mail

BACK_TO_THE_BUYER = ("completed", "partially_refunded", "refunded")


@shared_task(base=jobs.Tracked, name="orders.mail_confirmation", transient=mail.TRANSIENT)
def mail_confirmation(*, order_id: str) -> None:
    """The payment has arrived (the guide confirms an order when it is paid)."""
    _mail(order_id, template="order_confirmation", key="paid")


@shared_task(base=jobs.Tracked, name="orders.mail_shipped", transient=mail.TRANSIENT)
def mail_shipped(*, order_id: str) -> None:
    """It is on its way."""
    _mail(order_id, template="order_shipped", key="shipped")


@shared_task(base=jobs.Tracked, name="orders.mail_delivered", transient=mail.TRANSIENT)
def mail_delivered(*, order_id: str) -> None:
    """It is there."""
    _mail(order_id, template="order_delivered", key="delivered")


@shared_task(base=jobs.Tracked, name="orders.mail_cancelled", transient=mail.TRANSIENT)
def mail_cancelled(*, order_id: str) -> None:
    """It is off: by whom, and what becomes of the money."""
    _mail(order_id, template="order_cancelled", key="cancelled")


@shared_task(base=jobs.Tracked, name="orders.mail_refunded", transient=mail.TRANSIENT)
def mail_refunded(*, order_id: str) -> None:
    """Money went back; the mail tells the sum so far."""
    refunded = queries.by_id(UUID(order_id)).refunded_amount
    _mail(order_id, template="order_refunded", key=f"refunded:{money.text(refunded)}")


def _mail(order_id: str, *, template: str, key: str) -> None:
    order = queries.by_id(UUID(order_id))
    told = shapes.order_json(order)
    context = {
        "order": told,
        "sums": _sums(told),
        "currency": order.currency.upper(),
        "carrier": order.carrier,
        "greeting": f"Hello {order.user.first_name}," if order.user.first_name else "Hello,",
        "reason": _reason(told),
        "is_paid": bool(told["payment"]) and told["payment"]["status"] in BACK_TO_THE_BUYER,
    }
    mail.send(to=order.user.email, template=template, context=context, key=f"order:{order_id}:{key}")


def _sums(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines under the items; a discount only where there is one."""
    discount = [("Discount", f"-{told['discount']}")] if told["discount"] != money.text(money.ZERO) else []
    return [
        ("Subtotal", told["subtotal"]),
        ("Tax", told["tax"]),
        ("Shipping", told["shipping_cost"]),
        *discount,
        ("Total", told["total_amount"]),
    ]


def _reason(told: dict[str, Any]) -> str:
    """The history's last note, which says why an order was cancelled."""
    return str(told["status_history"][-1]["note"]) if told["status_history"] else ""
