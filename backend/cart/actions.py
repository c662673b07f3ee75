"""What a customer does with their cart. Each action locks the cart's row first, and nothing else."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from backend.cart import events, lines, queries
from backend.cart.lines import Line
from backend.cart.models import Cart, CartItem
from backend.catalog import sellable as catalog
from backend.core import roundtrips, rows, transactions
from backend.core.errors import invalid_field
from backend.core.statements import Answer, Statement
from backend.inventory.actions import StockUnavailable

MOST_LINES = 100
MOST_UNITS = 9_999
_FIRST_CHANGE = 2  # a cart that nobody has touched is at version 1
_COUNT = """
ON CONFLICT (user_id) DO UPDATE SET version = cart_cart.version + 1, updated_at = excluded.updated_at
RETURNING id, version, created_at
"""


@transactions.retried
def add_item(
    *, user_id: UUID, product_id: UUID, variant_id: UUID | None, quantity: int, now: datetime
) -> tuple[Line, bool]:
    """Put units in; a SKU that is there already gains them. Returns the line and whether it is new.

    Raises Missing for an unknown product, Invalid for a variant that is not named or a cart that is full,
    StockUnavailable when the line would ask for more than can be bought now (checkout is what holds units).
    Two round trips: what is sold, the cart's lock and version, its lines; then the line and the event.
    """
    on_sale = catalog.asked(product_id=product_id, variant_id=variant_id)
    cart, [found, answer] = _changing(on_sale, lines.asked(user_id), user_id=user_id, now=now)
    item = catalog.read(found, product_id=product_id, variant_id=variant_id)
    held = lines.read(answer)
    line = next((one for one in held if one.sku == item.sku), None)
    if line is None and len(held) >= MOST_LINES:
        raise invalid_field("product_id", f"A cart holds at most {MOST_LINES} different things.")
    wanted = quantity + (line.quantity if line else 0)
    _check(item=item, wanted=wanted)
    if line:
        changed = replace(line, quantity=wanted)
    else:
        changed = lines.new(cart_id=cart.pk, item=item, quantity=wanted, now=now)
    _put(changed, cart=cart, held=held, event="cart.item_updated" if line else "cart.item_added", now=now)
    return changed, line is None


@transactions.retried
def set_quantity(*, user_id: UUID, item_id: UUID, quantity: int, now: datetime) -> Line:
    """Make it so many units. Raises Missing, Denied for somebody else's line, StockUnavailable."""
    cart, [answer] = _changing(lines.asked(user_id), user_id=user_id, now=now)
    held = lines.read(answer)
    line = queries.owned(held, item_id)
    item = catalog.sellable(product_id=line.product_id, variant_id=line.variant_id)
    _check(item=item, wanted=quantity)
    changed = replace(line, quantity=quantity)
    _put(changed, cart=cart, held=held, event="cart.item_updated", now=now)
    return changed


@transactions.retried
def remove_item(*, user_id: UUID, item_id: UUID, now: datetime) -> None:
    """Take a line out. Raises Missing, Denied for somebody else's line."""
    cart, [answer] = _changing(lines.asked(user_id), user_id=user_id, now=now)
    held = lines.read(answer)
    line = queries.owned(held, item_id)
    CartItem.objects.filter(pk=item_id).delete()
    left = [one for one in held if one is not line]
    events.cart_changed(cart=cart, lines=left, event="cart.item_removed", now=now)


@transactions.retried
def clear(*, user_id: UUID, now: datetime) -> None:
    """Take everything out; an empty cart stays as it is."""
    cart = queries.lock_cart(user_id=user_id, now=now)
    if lines.of([cart.pk]):
        empty(user_id=user_id, event="cart.cleared", now=now)


def empty(*, user_id: UUID, event: str, now: datetime) -> list[Line]:
    """Take everything out of the user's cart in the caller's transaction, and return what was in it.

    Locks the cart. One round trip: the cart's lock and version, its lines; then the event.
    """
    cart, [answer] = _changing(lines.taking_out(user_id), user_id=user_id, now=now)
    events.cart_changed(cart=cart, lines=[], event=event, now=now)
    return lines.read(answer)


def _changing(*then: Statement, user_id: UUID, now: datetime) -> tuple[Cart, list[Answer]]:
    """The user's cart, locked until the transaction ends, with the version of the change; made if need be.

    And what those statements return, which are asked when it is locked.
    """
    cart = Cart(user_id=user_id, version=_FIRST_CHANGE, created_at=now, updated_at=now)
    counted, *answers = roundtrips.ask(*rows.insertion([cart], otherwise=_COUNT), *then)
    [(cart.pk, cart.version, cart.created_at)] = counted
    return cart, answers


def _check(*, item: catalog.Sellable, wanted: int) -> None:
    if wanted > MOST_UNITS:
        raise invalid_field("quantity", f"At most {MOST_UNITS} units of one thing.")
    if item.is_tracked and wanted > item.available:
        raise StockUnavailable(sku=item.sku, requested=wanted, available=item.available)


def _put(changed: Line, *, cart: Cart, held: Collection[Line], event: str, now: datetime) -> None:
    lines.put(changed)
    others = [line for line in held if line.id != changed.id]
    now_held = sorted([*others, changed], key=lambda line: (line.created_at, line.id))
    events.cart_changed(cart=cart, lines=now_held, event=event, now=now)
