"""What a cart line buys: a product without variants, or one variant of it, by its SKU, at today's price."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from backend.core import roundtrips
from backend.core.errors import Missing, invalid_field
from backend.core.statements import Answer, Statement

_ON_SALE = """
SELECT product.name, product.slug, variant.name, coalesce(variant.sku, product.sku),
       coalesce(variant.price, product.price), product.track_inventory,
       coalesce(stock.on_hand - stock.held, 0), variant.id,
       EXISTS (SELECT FROM catalog_variant WHERE product_id = product.id AND is_active)
  FROM catalog_product AS product
  LEFT JOIN catalog_variant AS variant
    ON variant.id = %(variant_id)s AND variant.product_id = product.id AND variant.is_active
  LEFT JOIN inventory_stock AS stock ON stock.sku = coalesce(variant.sku, product.sku)
 WHERE product.id = %(product_id)s AND product.is_active
"""


@dataclass(frozen=True, kw_only=True)
class Sellable:
    """One SKU on sale; `price` is what one unit costs now, `available` how many can be bought if counted."""

    product_id: UUID
    product_name: str
    product_slug: str
    variant_id: UUID | None
    variant_name: str | None
    sku: str
    price: Decimal
    is_tracked: bool
    available: int


def sellable(*, product_id: UUID, variant_id: UUID | None) -> Sellable:
    """The thing on sale, in one query. Raises as `read` does."""
    [found] = roundtrips.ask(asked(product_id=product_id, variant_id=variant_id))
    return read(found, product_id=product_id, variant_id=variant_id)


def asked(*, product_id: UUID, variant_id: UUID | None) -> Statement:
    """What `sellable` asks, to be asked with other things."""
    return Statement(_ON_SALE, {"product_id": product_id, "variant_id": variant_id}, is_planned_once=True)


def read(found: Answer, *, product_id: UUID, variant_id: UUID | None) -> Sellable:
    """What the answer says. Raises Missing for the unknown and inactive, Invalid where it needs a variant."""
    if not found:
        raise Missing("No such product")
    name, slug, variant_name, sku, price, is_tracked, available, found_variant_id, has_variants = found[0]
    if variant_id is None and has_variants:
        raise invalid_field("variant_id", "This product has variants: name one.")
    if variant_id != found_variant_id:
        raise Missing("No such variant")
    return Sellable(
        product_id=product_id,
        product_name=name,
        product_slug=slug,
        variant_id=variant_id,
        variant_name=variant_name,
        sku=sku,
        price=price,
        is_tracked=is_tracked,
        available=available,
    )
