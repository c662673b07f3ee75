"""Which orders there are, and who may see them."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.core import rows
from backend.core.errors import Denied, Missing
from backend.orders import states
from backend.orders.models import Order, OrderItem, StatusChange


def lock_order(*, order_id: UUID) -> Order:
    """The order with all that its JSON shows, locked until the caller's transaction ends.

    After the cart, before payment and stock. One round trip; what belongs to the order is read once it is
    locked. Raises Missing, and RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an order is locked inside a transaction")
    return _whole(order_id, "FOR UPDATE")


def of_buyer(*, order_id: UUID) -> Order:
    """The order and whose it is, as it stands now; not locked. Raises Missing."""
    return _one(*rows.read(*_order_and_buyer(order_id)))


def order_of(*, order_id: UUID, user: User) -> Order:
    """The order with all its JSON shows. Raises Missing, or Denied for somebody else's; staff see all."""
    order = by_id(order_id)
    check_owner(order=order, user=user)
    return order


def check_owner(*, order: Order, user: User | None) -> None:
    """Raises Denied when it is somebody else's order; staff and the shop itself (None) may see all."""
    if user is not None and order.user_id != user.pk and not user.is_staff:
        raise Denied


def by_id(order_id: UUID) -> Order:
    """The order with all that its JSON shows, for tasks. Raises Missing."""
    return _whole(order_id)


def owners(order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose each of these orders is, of those that there are, in one query."""
    return dict(Order.objects.filter(pk__in=order_ids).order_by().values_list("pk", "user_id"))


def of_user(user_id: UUID, *, ordering: str = "-created_at") -> QuerySet[Order]:
    """The user's orders, newest first unless asked otherwise."""
    return Order.objects.filter(user_id=user_id).order_by(ordering, "id")


def staff_list(
    *,
    status: str | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    search: str = "",
    ordering: str = "-created_at",
) -> QuerySet[Order]:
    """Everybody's orders; dates are days in UTC, both included; `search` looks at number and e-mail."""
    orders = Order.objects.select_related("user").order_by(ordering, "id")
    if status:
        orders = orders.filter(status=status)
    if date_from:
        orders = orders.filter(created_at__gte=datetime.combine(date_from, time.min, UTC))
    if date_to:
        orders = orders.filter(created_at__lte=datetime.combine(date_to, time.max, UTC))
    if search:
        orders = orders.filter(Q(order_number__icontains=search) | Q(user__email__icontains=search))
    return orders


def has_bought(*, user_id: UUID, product_id: UUID) -> bool:
    """Whether the user has paid for the product in an order that still stands."""
    bought = Q(order__user_id=user_id, order__status__in=states.BOUGHT)
    return OrderItem.objects.filter(bought, product_id=product_id).exists()


def expiring(*, now: datetime, within: timedelta, limit: int = 500) -> list[UUID]:
    """Orders whose payment window ends within that time and whose owner has not been told."""
    soon = Order.objects.filter(
        status=Order.Status.PENDING,
        expiring_told_at__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + within,
    )
    return list(soon.order_by("expires_at").values_list("pk", flat=True)[:limit])


def _whole(order_id: UUID, lock: str = "") -> Order:
    items = rows.selection(OrderItem, "order_id = %(id)s ORDER BY product_sku", id=order_id)
    history = rows.selection(StatusChange, "order_id = %(id)s ORDER BY id", id=order_id)
    orders, users, *parts = rows.read(*_order_and_buyer(order_id, lock), items, history)
    order = _one(orders, users)
    rows.attach(order, items=parts[0], history=parts[1])
    return order


def _order_and_buyer(order_id: UUID, lock: str = "") -> list[rows.Selection[Any]]:
    whose = "id = (SELECT user_id FROM orders_order WHERE id = %(id)s)"
    return [
        rows.selection(Order, f"id = %(id)s {lock}", id=order_id),
        rows.selection(User, whose, id=order_id),
    ]


def _one(orders: list[Order], users: list[User]) -> Order:
    if not orders:
        raise Missing("No such order")
    [order], [order.user] = orders, users
    return order
