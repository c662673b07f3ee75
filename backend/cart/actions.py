"""What a customer does with their cart. Each action locks the cart's row first, and nothing else."""

from datetime import datetime
from uuid import UUID

from backend.cart import events, queries
from backend.cart.models import Cart, CartItem
from backend.catalog import sellable as catalog
from backend.core import transactions
from backend.core.errors import invalid_field
from backend.inventory import queries as inventory
from backend.inventory.actions import StockUnavailable

MOST_LINES = 100
MOST_UNITS = 9_999


@transactions.retried
def add_item(
    *, user_id: UUID, product_id: UUID, variant_id: UUID | None, quantity: int, now: datetime
) -> tuple[CartItem, bool]:
    """Put units in; a SKU that is there already gains them. Returns the line and whether it is new.

    Raises Missing for an unknown product, Invalid for a variant that is not named or a cart that is full,
    StockUnavailable when the line would ask for more than can be bought now (checkout is what holds units).
    """
    item = catalog.sellable(product_id=product_id, variant_id=variant_id)
    cart = queries.lock_cart(user_id=user_id, now=now)
    line = cart.items.filter(sku=item.sku).first()
    wanted = quantity + (line.quantity if line else 0)
    _check(item=item, wanted=wanted, is_new=line is None, cart=cart)
    if line is None:
        created = _new_line(cart=cart, item=item, quantity=wanted, now=now)
    else:
        cart.items.filter(pk=line.pk).update(quantity=wanted)
    changed = _tell(cart, "cart.item_updated" if line else "cart.item_added", now)
    return changed[line.pk if line else created.pk], line is None


@transactions.retried
def set_quantity(*, user_id: UUID, item_id: UUID, quantity: int, now: datetime) -> CartItem:
    """Make it so many units. Raises Missing, Denied for somebody else's line, StockUnavailable."""
    cart = queries.lock_cart(user_id=user_id, now=now)
    line = queries.owned_item(item_id=item_id, user_id=user_id)
    item = catalog.sellable(product_id=line.product_id, variant_id=line.variant_id)
    _check(item=item, wanted=quantity, is_new=False, cart=cart)
    cart.items.filter(pk=line.pk).update(quantity=quantity)
    return _tell(cart, "cart.item_updated", now)[line.pk]


@transactions.retried
def remove_item(*, user_id: UUID, item_id: UUID, now: datetime) -> None:
    """Take a line out. Raises Missing, Denied for somebody else's line."""
    cart = queries.lock_cart(user_id=user_id, now=now)
    queries.owned_item(item_id=item_id, user_id=user_id).delete()
    _tell(cart, "cart.item_removed", now)


@transactions.retried
def clear(*, user_id: UUID, now: datetime) -> None:
    """Take everything out; an empty cart stays as it is."""
    cart = queries.lock_cart(user_id=user_id, now=now)
    if cart.items.exists():
        empty(cart=cart, event="cart.cleared", now=now)


def empty(*, cart: Cart, event: str, now: datetime) -> None:
    """Take everything out of a cart that the caller has locked (checkout does)."""
    cart.items.all().delete()
    _tell(cart, event, now)


def _check(*, item: catalog.Sellable, wanted: int, is_new: bool, cart: Cart) -> None:
    if wanted > MOST_UNITS:
        raise invalid_field("quantity", f"At most {MOST_UNITS} units of one thing.")
    if is_new and cart.items.count() >= MOST_LINES:
        raise invalid_field("product_id", f"A cart holds at most {MOST_LINES} different things.")
    if not item.is_tracked:
        return
    available = inventory.quantities([item.sku]).get(item.sku, 0)
    if wanted > available:
        raise StockUnavailable(sku=item.sku, requested=wanted, available=available)


def _new_line(*, cart: Cart, item: catalog.Sellable, quantity: int, now: datetime) -> CartItem:
    return CartItem.objects.create(
        cart=cart,
        product_id=item.product_id,
        variant_id=item.variant_id,
        sku=item.sku,
        quantity=quantity,
        price_when_added=item.price,
        created_at=now,
    )


def _tell(cart: Cart, event: str, now: datetime) -> dict[UUID, CartItem]:
    lines = queries.lines(cart)
    events.cart_changed(cart=cart, lines=lines, event=event, now=now)
    return {line.pk: line for line in lines}
