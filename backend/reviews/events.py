"""What reviews tell: that a product's page reads otherwise now."""

from datetime import datetime

from backend.outbox import actions as outbox
from backend.reviews.models import Review


def review_counted(*, review: Review, now: datetime) -> None:
    """A review was added, hidden or shown again."""
    data = {"review_id": str(review.pk), "product_id": str(review.product_id)}
    outbox.publish_internally(event="review.added", data=data, now=now)
