"""The columns of Shopify's product CSV that we use, under their older and their present names."""

from collections.abc import Mapping, Sequence

from backend.catalog.importer.problems import Unreadable

ALIASES: Mapping[str, tuple[str, ...]] = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description"),
    "category": ("Product Category", "Standardized Product Type"),
    "type": ("Type", "Custom Product Type"),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    "option1_name": ("Option1 Name",),
    "option1": ("Option1 Value",),
    "option2_name": ("Option2 Name",),
    "option2": ("Option2 Value",),
    "option3_name": ("Option3 Name",),
    "option3": ("Option3 Value",),
    "sku": ("Variant SKU", "SKU"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
    "price": ("Variant Price", "Price"),
    "compare_price": ("Variant Compare At Price", "Compare-at price"),
    "cost": ("Cost per item", "Variant Cost"),
    "image": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "variant_image": ("Variant Image", "Variant image URL"),
    "gift_card": ("Gift Card",),
}
_FIELDS = {alias.casefold(): field for field, aliases in ALIASES.items() for alias in aliases}


def fields_of(header: Sequence[str]) -> dict[int, str]:
    """Which column holds which field. Raises Unreadable where the header is not Shopify's."""
    found: dict[int, str] = {}
    for number, name in enumerate(header):
        field = _FIELDS.get(name.strip().casefold())
        if field and field in found.values():
            raise Unreadable(f"line 1: two columns mean the same: {' and '.join(ALIASES[field])}")
        if field:
            found[number] = field
    if "title" not in found.values():
        raise Unreadable(_why_not(header))
    return found


def _why_not(header: Sequence[str]) -> str:
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            return f"line 1: the columns are separated by {name}; save the file with commas"
    return "line 1: there is no column Title, so this is not Shopify's product CSV"
