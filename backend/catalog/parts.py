"""The parts of a product in its tables: columns, SKUs, variants, images, stock; actions put them together."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.catalog.drafts import ImageDraft, ProductDraft, VariantDraft
from backend.catalog.models import Category, Product, ProductImage, SkuClaim, Variant
from backend.core.errors import Conflict, invalid_field
from backend.inventory import actions as inventory
from backend.inventory import queries as stock_rows

COLUMNS = (
    "name",
    "slug",
    "sku",
    "price",
    "description",
    "compare_price",
    "cost_price",
    "weight",
    "dimensions",
    "is_active",
    "is_featured",
    "track_inventory",
    "low_stock_threshold",
)


def columns(draft: ProductDraft) -> dict[str, Any]:
    """The draft's fields as the product's columns. Raises Invalid for an unknown category."""
    return {**{name: getattr(draft, name) for name in COLUMNS}, "category": _category(draft.category)}


def draft_of(product: Product) -> ProductDraft:
    """The product as it is, without quantities: those are the inventory's."""
    return ProductDraft(
        **{name: getattr(product, name) for name in COLUMNS},
        category=product.category.slug if product.category else None,
        variants=tuple(_variant_draft(variant) for variant in product.variants.filter(is_active=True)),
        images=tuple(_image_draft(image) for image in product.images.all()),
    )


def claim_skus(*, product: Product, draft: ProductDraft) -> None:
    """Take the SKUs for this product. Raises Conflict for one that another has, also in a race."""
    skus = sorted([draft.sku, *(variant.sku for variant in draft.variants)])
    SkuClaim.objects.bulk_create([SkuClaim(sku=sku, product=product) for sku in skus], ignore_conflicts=True)
    others = SkuClaim.objects.filter(sku__in=skus).exclude(product=product)
    taken = sorted(others.values_list("sku", flat=True))
    if taken:
        raise Conflict("This SKU is taken", details={"sku": taken})


def write_variants(*, product: Product, drafts: Iterable[VariantDraft], now: datetime) -> None:
    """Make the variants so, matched by SKU; those left out stay, inactive, for the orders that name them."""
    known = {variant.sku: variant for variant in product.variants.all()}
    product.variants.update(is_active=False)
    for position, draft in enumerate(drafts):
        variant = known.get(draft.sku) or Variant(product=product, sku=draft.sku, created_at=now)
        variant.name, variant.price, variant.attributes = draft.name, draft.price, dict(draft.attributes)
        variant.position, variant.is_active = position, True
        variant.save()


def write_images(*, product: Product, drafts: Iterable[ImageDraft], now: datetime) -> None:
    """Make the images so; a picture that stays keeps its id."""
    known = {image.image: image for image in product.images.all()}
    kept = []
    for place, draft in enumerate(drafts):
        image = known.pop(draft.image, None) or ProductImage(product=product, image=draft.image)
        image.alt_text, image.is_primary, image.order = draft.alt_text, draft.is_primary, draft.order
        image.created_at = now + timedelta(microseconds=place)  # keeps equals in the order they came in
        image.save()
        kept.append(image.pk)
    product.images.exclude(pk__in=kept).delete()


def write_stock(*, product: Product, draft: ProductDraft, actor_id: UUID | None, now: datetime) -> None:
    """Count what is sold under the product's slug, and only that: its variants, or itself if it has none.

    Opens new SKUs with their quantity; SKUs known before keep theirs. Locks the SKUs in sorted order.
    """
    sold: dict[str, tuple[str | None, int]] = {}
    for variant in draft.variants:
        sold[variant.sku] = (variant.name, variant.quantity)
    sold = sold or {product.sku: (None, draft.quantity)}
    every = {product.sku, *sold, *product.variants.values_list("sku", flat=True)}
    counted = stock_rows.quantities(every)
    for sku in sorted(every):
        name, quantity = sold.get(sku, (None, 0))
        if sku in counted:
            inventory.relabel(
                sku=sku,
                product=product.slug if sku in sold else "",
                variant=name,
                threshold=product.low_stock_threshold,
                now=now,
            )
        elif sku in sold:
            inventory.open_stock(
                sku=sku,
                product=product.slug,
                variant=name,
                quantity=quantity,
                threshold=product.low_stock_threshold,
                actor_id=actor_id,
                now=now,
            )


def _category(slug: str | None) -> Category | None:
    if not slug:
        return None
    category = Category.objects.filter(slug=slug).first()
    if category is None:
        raise invalid_field("category", f"There is no category {slug}.")
    return category


def _variant_draft(variant: Variant) -> VariantDraft:
    return VariantDraft(
        name=variant.name, sku=variant.sku, price=variant.price, attributes=variant.attributes
    )


def _image_draft(image: ProductImage) -> ImageDraft:
    return ImageDraft(
        image=image.image, alt_text=image.alt_text, is_primary=image.is_primary, order=image.order
    )
