"""Buyers have their say."""

from datetime import datetime
from uuid import UUID

from backend.accounts.models import User
from backend.catalog import actions as catalog
from backend.catalog import queries as products
from backend.core import transactions
from backend.core.errors import Conflict, Denied, Missing
from backend.orders import queries as orders
from backend.reviews import events
from backend.reviews.models import Review


class NotBought(Denied):
    """Only who has bought it may review it."""

    message = "Only customers who bought this product may review it"


class AlreadyReviewed(Conflict):
    """One review of a product by one customer."""

    message = "You have reviewed this product already"


@transactions.retried
def add_review(*, user: User, slug: str, rating: int, title: str, comment: str, now: datetime) -> Review:
    """Write a review, count it in the product's average. Raises Missing, NotBought, AlreadyReviewed.

    The unique constraint decides between two at once.
    """
    product = products.on_sale(slug=slug)
    if not orders.has_bought(user_id=user.pk, product_id=product.pk):
        raise NotBought
    review = Review(product=product, user=user, rating=rating, title=title, comment=comment, created_at=now)
    Review.objects.bulk_create([review], ignore_conflicts=True)
    if not Review.objects.filter(pk=review.pk).exists():
        raise AlreadyReviewed
    _count(review=review, times=1, now=now)
    return review


@transactions.retried
def moderate_review(*, review_id: UUID, is_approved: bool, now: datetime) -> None:
    """Show the review or hide it, and its rating with it; twice is as good as once. Locks its row."""
    review = Review.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
    if review is None:
        raise Missing("No such review")
    if review.is_approved != is_approved:
        Review.objects.filter(pk=review.pk).update(is_approved=is_approved)
        _count(review=review, times=1 if is_approved else -1, now=now)


def _count(*, review: Review, times: int, now: datetime) -> None:
    catalog.record_rating(
        product_id=review.product_id, rating_delta=times * review.rating, count_delta=times, now=now
    )
    events.review_counted(review=review, now=now)
