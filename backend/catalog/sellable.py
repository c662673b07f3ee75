"""What a cart line buys: a product without variants, or one variant of it, by its SKU, at today's price."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from backend.catalog.models import Product, Variant
from backend.core.errors import Missing, invalid_field


@dataclass(frozen=True, kw_only=True)
class Sellable:
    """One SKU on sale; `price` is what one unit costs now."""

    product_id: UUID
    product_name: str
    product_slug: str
    variant_id: UUID | None
    variant_name: str | None
    sku: str
    price: Decimal
    is_tracked: bool


def sellable(*, product_id: UUID, variant_id: UUID | None) -> Sellable:
    """The thing on sale. Raises Missing for the unknown and inactive, Invalid where it needs a variant."""
    product = Product.objects.filter(pk=product_id, is_active=True).first()
    if product is None:
        raise Missing("No such product")
    variants = {variant.pk: variant for variant in product.variants.filter(is_active=True)}
    if variant_id is None and variants:
        raise invalid_field("variant_id", "This product has variants: name one.")
    if variant_id is not None and variant_id not in variants:
        raise Missing("No such variant")
    return _sellable(product, variants[variant_id] if variant_id else None)


def sellables(pairs: Iterable[tuple[UUID, UUID | None]]) -> dict[str, Sellable]:
    """By SKU, those of the (product, variant) pairs that are on sale, in two queries."""
    wanted = set(pairs)
    products = Product.objects.filter(is_active=True).in_bulk({product_id for product_id, _ in wanted})
    variants = _variants(products)
    with_variants = {variant.product_id for variant in variants}
    found = [
        _sellable(products[variant.product_id], variant)
        for variant in variants
        if (variant.product_id, variant.pk) in wanted
    ]
    found += [
        _sellable(product, None)
        for product in products.values()
        if product.pk not in with_variants and (product.pk, None) in wanted
    ]
    return {item.sku: item for item in found}


def _variants(product_ids: Collection[UUID]) -> list[Variant]:
    return list(Variant.objects.filter(product_id__in=list(product_ids), is_active=True))


def _sellable(product: Product, variant: Variant | None) -> Sellable:
    own_price = variant.price if variant else None
    return Sellable(
        product_id=product.pk,
        product_name=product.name,
        product_slug=product.slug,
        variant_id=variant.pk if variant else None,
        variant_name=variant.name if variant else None,
        sku=variant.sku if variant else product.sku,
        price=product.price if own_price is None else own_price,
        is_tracked=product.track_inventory,
    )
