"""The parts of placing an order: lines at today's prices, the row with its snapshot, the emptied cart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError

from backend.accounts import shapes as accounts
from backend.accounts.models import Address, User
from backend.cart import actions as carts
from backend.cart import queries as cart_queries
from backend.cart.models import Cart
from backend.catalog import sellable as catalog
from backend.core.errors import invalid_field
from backend.orders import numbers, pricing
from backend.orders.models import Order, OrderItem

DRAWS = 5


@dataclass(frozen=True)
class Line:
    """So many units of one sellable thing, at its price of now."""

    item: catalog.Sellable
    quantity: int

    @property
    def subtotal(self) -> Decimal:
        return self.item.price * self.quantity


def lines(cart: Cart) -> list[Line]:
    """What the locked cart holds, at today's prices. Raises Invalid for a line that is no longer sold."""
    items = cart_queries.lines(cart)
    sold = catalog.sellables([(item.product_id, item.variant_id) for item in items])
    gone = [item.sku for item in items if item.sku not in sold]
    if gone:
        raise invalid_field("cart", f"No longer sold: {', '.join(sorted(gone))}.")
    return [Line(item=sold[item.sku], quantity=item.quantity) for item in items]


def write_order(
    *, user: User, lines: Sequence[Line], shipping: Address, billing: Address, now: datetime
) -> Order:
    """The order with its items, in the caller's transaction."""
    order = Order(
        user=user,
        currency=settings.CURRENCY,
        item_count=sum(line.quantity for line in lines),
        shipping_address=accounts.address_json(shipping),
        billing_address=accounts.address_json(billing),
        expires_at=now + settings.ORDER_PAYMENT_WINDOW,
        created_at=now,
        updated_at=now,
        **asdict(pricing.totals((line.item.price, line.quantity) for line in lines)),
    )
    _insert(order, now)
    OrderItem.objects.bulk_create(_item(order, line) for line in lines)
    return order


def empty_cart(*, cart: Cart, now: datetime) -> None:
    """Nothing is left in the locked cart, and its devices see it."""
    carts.empty(cart=cart, event="cart.checked_out", now=now)


def units(order: Order) -> dict[str, int]:
    """How many units of each counted SKU the order takes; SKUs that are not counted are left out."""
    summed: Counter[str] = Counter()
    for item in order.items.all():
        if item.is_tracked:
            summed[item.product_sku] += item.quantity
    return dict(summed)


def _insert(order: Order, now: datetime) -> None:
    """Draw a number until it is free: a taken one is skipped by the constraint, not looked up before."""
    for _ in range(DRAWS):
        order.order_number = numbers.order_number(now)
        Order.objects.bulk_create([order], ignore_conflicts=True)
        if Order.objects.filter(pk=order.pk).exists():
            return
    raise IntegrityError(f"{DRAWS} order numbers in a row were taken")


def _item(order: Order, line: Line) -> OrderItem:
    return OrderItem(
        order=order,
        product_id=line.item.product_id,
        product_name=line.item.product_name,
        product_sku=line.item.sku,
        variant_name=line.item.variant_name,
        price=line.item.price,
        quantity=line.quantity,
        subtotal=line.subtotal,
        is_tracked=line.item.is_tracked,
    )
