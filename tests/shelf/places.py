"""Places of mugs, each of its own number."""

from datetime import UTC, datetime
from uuid import UUID

from backend.catalog.models import Product
from backend.shelf.models import Place

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def mugs(number, *, category=0, cents=100, is_active=True, is_buyable=True, random=None):
    """A place that is not on the shelf yet, of a product that is there."""
    product_id = UUID(int=number + 1)
    fields = {"name": "Mug", "sku": f"MUG-{number}", "slug": f"mug-{number}", "price": 1, "updated_at": NOW}
    Product.objects.get_or_create(pk=product_id, defaults=fields)
    if random:
        category, cents = random.randrange(2), random.randrange(3)
        is_active, is_buyable = random.random() < 0.8, random.random() < 0.7
    return Place(
        product_id=product_id,
        slug=fields["slug"],
        category_id=UUID(int=category),
        cents=cents,
        created_at=NOW,
        name="mug",
        is_active=is_active,
        is_tracked=True,
        is_buyable=is_buyable,
        words="'mug'",
    )
