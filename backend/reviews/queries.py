"""What buyers said."""

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from backend.reviews.models import Review

ON_PAGE = 50


def of_product(product_id: UUID) -> QuerySet[Review]:
    """The approved reviews of a product, newest first, with their authors."""
    reviews = Review.objects.using(settings.CATALOG_DATABASE).select_related("user")
    return reviews.filter(product_id=product_id, is_approved=True).order_by("-created_at", "id")


def newest(product_id: UUID) -> list[Review]:
    """As many as a product's page shows; the reviews' own list has them all."""
    return list(of_product(product_id)[:ON_PAGE])
