"""What a file wants of a product that is there already."""

from collections.abc import Set
from dataclasses import replace

from backend.catalog.drafts import ProductDraft
from backend.catalog.importer.plans import Plan
from backend.core.errors import Invalid

# A field stays as it is where the file has none of its columns: Shopify's own rule.
SAID_BY: dict[str, Set[str]] = {
    "description": {"body"},
    "category": {"type", "tags", "category"},
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


def wanted(*, plan: Plan, draft: ProductDraft, current: ProductDraft, said: Set[str]) -> ProductDraft:
    """The file's draft, with what it does not say filled in from what stands.

    Raises Invalid where a file without options would take away the product's variants.
    """
    if current.variants and "option1" not in said:
        raise Invalid("the product has variants and the file has no option columns")
    kept = {name: getattr(current, name) for name, columns in SAID_BY.items() if not columns & said}
    if not plan.brings_sku:
        kept["sku"] = current.sku
    return replace(draft, **kept)
