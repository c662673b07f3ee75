"""Reviews in the admin: staff show or hide them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from backend.core.admin import EVERYWHERE, ReadOnly
from backend.reviews import actions
from backend.reviews.models import Review


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    """What buyers say; nobody edits their words."""

    list_display = ["title", "product", "user", "rating", "is_approved", "created_at"]
    list_filter = ["is_approved", "rating", "created_at"]
    search_fields = ["title", "comment", "product__name", "user__email"]
    list_select_related = ["product", "user"]
    actions = ["show", "hide"]

    @admin.action(description="Show", permissions=["serve"], location=EVERYWHERE)
    def show(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, is_approved=True)

    @admin.action(description="Hide", permissions=["serve"], location=EVERYWHERE)
    def hide(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, is_approved=False)

    def _moderate(self, request: HttpRequest, reviews: QuerySet[Review], *, is_approved: bool) -> None:
        now = timezone.now()

        def act(review: Review) -> None:
            actions.moderate_review(review_id=review.pk, is_approved=is_approved, now=now)

        self.on_each(request=request, rows=reviews, act=act, done="Shown" if is_approved else "Hidden")
