"""What a draft must be before it becomes a product."""

from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from django.core.validators import slug_re

from backend.catalog.drafts import ImageDraft, ProductDraft
from backend.core.errors import invalid_field

RESERVED_SLUGS = {"categories", "wishlist"}  # they are addresses of the API
_SEPARATORS = set(",/?#%\\")  # an SKU stands in addresses and in lists of SKUs


def checked(draft: ProductDraft) -> ProductDraft:
    """The draft with exactly one primary image, if it has any. Raises Invalid on the first bad field."""
    if draft.slug and (draft.slug in RESERVED_SLUGS or not slug_re.match(draft.slug)):
        raise invalid_field("slug", "Use letters, digits, hyphens and underscores, and no reserved word.")
    if not draft.name.strip():
        raise invalid_field("name", "A product needs a name.")
    _check_skus(draft)
    for image in draft.images:
        _check_image(image.image)
    return replace(draft, images=_with_one_primary(draft.images))


def _check_skus(draft: ProductDraft) -> None:
    _check_sku("sku", draft.sku)
    counted = Counter([draft.sku, *(variant.sku for variant in draft.variants)])
    for variant in draft.variants:
        _check_sku("variants", variant.sku)
        if counted[variant.sku] > 1:
            raise invalid_field("variants", f"SKU {variant.sku} stands here more than once.")


def _check_sku(field: str, sku: str) -> None:
    if not sku or sku != sku.strip() or not sku.isprintable() or _SEPARATORS & set(sku):
        raise invalid_field(field, f"{sku!r} can't be an SKU: no blank ends, none of , / ? # % \\")


def _check_image(image: str) -> None:
    """A URL of the web, or a path inside our storage and not out of it."""
    if image.startswith(("http://", "https://")) and _host(image):
        return
    if not image or ":" in image or "\\" in image or image.startswith("/") or ".." in image.split("/"):
        raise invalid_field("images", f"{image!r} is neither a path in the storage nor a web address.")


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _with_one_primary(images: tuple[ImageDraft, ...]) -> tuple[ImageDraft, ...]:
    """In their order; the first that claims it, else the first of all, is the primary one."""
    images = tuple(sorted(images, key=lambda image: image.order))
    primary = next((place for place, image in enumerate(images) if image.is_primary), 0)
    return tuple(replace(image, is_primary=place == primary) for place, image in enumerate(images))
