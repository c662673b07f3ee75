"""What the catalogue tells: that it changed, so that nobody serves what was cached before."""

from datetime import datetime

from backend.catalog.models import Category, Product
from backend.outbox import actions as outbox

CHANGED = "catalog.changed"


def product_changed(*, product: Product, now: datetime) -> None:
    """A product is new, other, or off sale."""
    data = {"product_id": str(product.pk), "slug": product.slug}
    outbox.publish_internally(event=CHANGED, data=data, now=now)


def category_changed(*, category: Category, now: datetime) -> None:
    """A category is new or other."""
    outbox.publish_internally(event=CHANGED, data={"category": category.slug}, now=now)
