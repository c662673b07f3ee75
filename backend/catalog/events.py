"""What the catalogue tells: that it changed, so that nobody serves what was cached before."""

from datetime import datetime
from uuid import UUID

from backend.catalog.models import Product
from backend.outbox import actions as outbox

CHANGED = "catalog.changed"
RENAMED = "category.renamed"


def product_changed(*, product: Product, now: datetime) -> None:
    """A product is new, other, or off sale."""
    data = {"product_id": str(product.pk), "slug": product.slug}
    outbox.publish_internally(event=CHANGED, data=data, now=now)


def category_changed(*, category: str, now: datetime) -> None:
    """The category of this slug is new or other, or what is kept of products under it."""
    outbox.publish_internally(event=CHANGED, data={"category": category}, now=now)


def category_renamed(*, category: str, after: UUID | None, now: datetime) -> None:
    """What is kept of the products under it is to be made anew, behind this one or from the first."""
    data = {"category": category, "after": str(after) if after else None}
    outbox.publish_internally(event=RENAMED, data=data, now=now)


def made_anew(*, now: datetime) -> None:
    """What is kept of some products may have been wrong, and is right now."""
    outbox.publish_internally(event=CHANGED, data={}, now=now)
