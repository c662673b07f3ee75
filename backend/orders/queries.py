"""Which orders there are, and who may see them."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.core import rows
from backend.core.errors import Denied, Missing
from backend.orders import states
from backend.orders.models import Order, OrderItem, StatusChange


def lock_order(*, order_id: UUID) -> Order:
    """The order, locked until the caller's transaction ends: after the cart, before payment and stock.

    Raises Missing, and RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an order is locked inside a transaction")
    return _one(rows.select(Order, "id = %(order_id)s FOR UPDATE", order_id=order_id))


def of_buyer(*, order_id: UUID) -> Order:
    """The order and whose it is, as it stands now; not locked. Raises Missing."""
    return _one(rows.select(Order, "id = %(order_id)s", order_id=order_id))


def read_parts(order: Order) -> None:
    """Have the order's items and history at hand, those that are not."""
    known = order.__dict__.get("_prefetched_objects_cache", {})
    if "items" not in known:
        items = rows.select(OrderItem, "order_id = %(order_id)s ORDER BY product_sku", order_id=order.pk)
        rows.attach(order, items=items)
    if "history" not in known:
        history = rows.select(StatusChange, "order_id = %(order_id)s ORDER BY id", order_id=order.pk)
        rows.attach(order, history=history)


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
    order = of_buyer(order_id=order_id)
    read_parts(order)
    return order


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


def _one(found: list[Order]) -> Order:
    if not found:
        raise Missing("No such order")
    (order,) = found
    (order.user,) = rows.select(User, "id = %(user_id)s", user_id=order.user_id)
    return order
