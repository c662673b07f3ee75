"""Reviews as JSON. Who wrote one is a display name; the e-mail is for the author and for staff."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from backend.accounts.models import User
from backend.core import clock
from backend.reviews.models import Review

type Viewer = User | AnonymousUser


def review_json(review: Review, *, viewer: Viewer) -> dict[str, Any]:
    """The review as this viewer may see it."""
    return {
        "id": str(review.pk),
        "user": author(review, viewer=viewer),
        "rating": review.rating,
        "title": review.title,
        "comment": review.comment,
        "is_verified_purchase": review.is_verified_purchase,
        "created_at": clock.text(review.created_at),
    }


def own_review_json(review: Review) -> dict[str, Any]:
    """The review as its author gets it back."""
    shown = review_json(review, viewer=review.user)
    created_at = shown.pop("created_at")
    return {**shown, "is_approved": review.is_approved, "created_at": created_at}


def author(review: Review, *, viewer: Viewer) -> str:
    """`john@example.com` for himself and staff, `John D.` for everybody else."""
    if viewer.is_staff or viewer.pk == review.user_id:
        return review.user.email
    first, last = review.user.first_name.strip(), review.user.last_name.strip()
    return " ".join(filter(None, [first, f"{last[0]}." if last else ""])) or "A customer"
