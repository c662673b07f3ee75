"""Lines of carts with what they buy, at today's prices: read by one statement, or taken out by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from backend.cart.models import CartItem
from backend.catalog.sellable import Sellable
from backend.core import rows
from backend.core.statements import Answer, Statement

# `is_sold`, as catalog.sellable decides it: on sale, and the variant is named where there are any.
_LINES = """
{first}SELECT line.id, line.cart_id, line.created_at, line.sku, line.quantity, line.price_when_added,
       product.id, product.name, product.slug, product.track_inventory,
       variant.id, variant.name, coalesce(variant.price, product.price),
       product.is_active AND line.sku = coalesce(variant.sku, product.sku) AND CASE
           WHEN variant.id IS NOT NULL THEN variant.is_active
           ELSE NOT EXISTS (SELECT FROM catalog_variant WHERE product_id = product.id AND is_active) END
  FROM {lines} AS line
  JOIN catalog_product AS product ON product.id = line.product_id
  LEFT JOIN catalog_variant AS variant ON variant.id = line.variant_id
 ORDER BY line.created_at, line.id
"""
_READ = _LINES.format(first="", lines="(SELECT * FROM cart_cartitem WHERE cart_id = ANY(%(cart_ids)s))")
_READ_OF = _LINES.format(
    first="WITH cart AS (SELECT id FROM cart_cart WHERE user_id = %(user_id)s)\n",
    lines="(SELECT * FROM cart_cartitem WHERE cart_id = (SELECT id FROM cart))",
)
_TAKE_OUT = _LINES.format(
    first="""WITH taken AS (
    DELETE FROM cart_cartitem
     WHERE cart_id = (SELECT id FROM cart_cart WHERE user_id = %(user_id)s)
    RETURNING *
)""",
    lines="taken",
)
_PUT = "ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity"


@dataclass(frozen=True, slots=True)
class Line:
    """So many units of one SKU. `price` is what one costs now; `is_sold` tells whether it can be bought."""

    id: UUID
    cart_id: UUID
    created_at: datetime
    sku: str
    quantity: int
    price_when_added: Decimal
    product_id: UUID
    product_name: str
    product_slug: str
    is_tracked: bool
    variant_id: UUID | None
    variant_name: str | None
    price: Decimal
    is_sold: bool

    @property
    def subtotal(self) -> Decimal:
        """What its units cost now."""
        return self.price * self.quantity


def of(cart_ids: Iterable[UUID]) -> list[Line]:
    """The lines of these carts; each cart's in the order in which they were put in."""
    return read(rows.fetch(_READ, cart_ids=list(cart_ids)))


def asked(user_id: UUID) -> Statement:
    """Asks for the lines of the user's cart, together with other things."""
    return Statement(_READ_OF, {"user_id": user_id}, is_planned_once=True)


def taking_out(user_id: UUID) -> Statement:
    """Takes every line out of the user's cart, which is locked before; only what is returned was in it."""
    return Statement(_TAKE_OUT, {"user_id": user_id}, is_planned_once=True)


def read(answer: Answer) -> list[Line]:
    """The lines of such an answer."""
    return [Line(*values) for values in answer]


def new(*, cart_id: UUID, item: Sellable, quantity: int, now: datetime) -> Line:
    """A line for this item; it is in the cart when it is `put`."""
    made = CartItem(created_at=now, cart_id=cart_id)
    return Line(
        id=made.pk,
        cart_id=cart_id,
        created_at=now,
        sku=item.sku,
        quantity=quantity,
        price_when_added=item.price,
        product_id=item.product_id,
        product_name=item.product_name,
        product_slug=item.product_slug,
        is_tracked=item.is_tracked,
        variant_id=item.variant_id,
        variant_name=item.variant_name,
        price=item.price,
        is_sold=True,
    )


def put(line: Line) -> None:
    """Put the line into its cart, which the caller has locked; one that is there takes its quantity."""
    row = CartItem(
        id=line.id,
        created_at=line.created_at,
        cart_id=line.cart_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        quantity=line.quantity,
        price_when_added=line.price_when_added,
    )
    rows.insert([row], otherwise=_PUT)
