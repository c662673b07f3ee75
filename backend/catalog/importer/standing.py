"""A product as it stands, in the words of a draft, so that a file can be compared with it."""

from collections.abc import Set
from dataclasses import replace

from backend.catalog.drafts import ImageDraft, ProductDraft, VariantDraft
from backend.catalog.importer.plans import Plan
from backend.catalog.models import Category, Product, Variant

# What a file without the columns says nothing about, and so leaves as it is (Shopify's own rule).
_SAID_BY: dict[str, Set[str]] = {
    "description": {"body"},
    "compare_price": {"compare_price"},
    "cost_price": {"cost"},
    "weight": {"grams"},
    "is_active": {"published", "status"},
    "track_inventory": {"tracker", "quantity", "policy"},
    "images": {"image", "variant_image"},
    "dimensions": set(),
    "is_featured": set(),
    "low_stock_threshold": set(),
}
CATEGORY_IS_SAID_BY = {"type", "tags", "category"}


def draft_of(product: Product) -> ProductDraft:
    """The product as it stands; opening quantities have no part in it."""
    return ProductDraft(
        name=product.name,
        slug=product.slug,
        sku=product.sku,
        description=product.description,
        price=product.price,
        compare_price=product.compare_price,
        cost_price=product.cost_price,
        category=product.category.slug if product.category else None,
        weight=product.weight,
        dimensions=product.dimensions,
        is_active=product.is_active,
        is_featured=product.is_featured,
        track_inventory=product.track_inventory,
        low_stock_threshold=product.low_stock_threshold,
        variants=tuple(_variant(variant) for variant in product.variants.filter(is_active=True)),
        images=tuple(_images(product)),
    )


def wanted(*, plan: Plan, current: ProductDraft, said: Set[str]) -> ProductDraft:
    """The plan's draft with what the file does not say filled in from what stands (not the category)."""
    kept = {name: getattr(current, name) for name, columns in _SAID_BY.items() if not columns & said}
    if not plan.brings_sku and bool(plan.draft.variants) == bool(current.variants):
        kept["sku"] = current.sku
    return replace(plan.draft, category=current.category, **kept)


def differs(draft: ProductDraft, current: ProductDraft) -> bool:
    """Whether anything would change; opening quantities never do."""
    variants = tuple(replace(variant, quantity=0) for variant in draft.variants)
    return replace(draft, quantity=0, variants=variants) != current


def category_path(category: Category | None) -> tuple[str, ...]:
    """The names from the top down."""
    names: list[str] = []
    while category:
        names.insert(0, category.name)
        category = category.parent
    return tuple(names)


def _variant(variant: Variant) -> VariantDraft:
    return VariantDraft(
        name=variant.name, sku=variant.sku, price=variant.price, attributes=variant.attributes
    )


def _images(product: Product) -> list[ImageDraft]:
    return [
        ImageDraft(image=row.image, alt_text=row.alt_text, is_primary=row.is_primary, order=row.order)
        for row in product.images.all()
    ]
