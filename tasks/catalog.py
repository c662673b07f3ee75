"""What a change of the catalogue leaves to be done behind it."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from backend.catalog import anew
from tasks import jobs


@shared_task(base=jobs.Tracked, name="catalog.refresh_branch")
def refresh_branch(*, category: str, after: str | None) -> None:
    """The next products under a renamed category; each batch is a job, which asks for the one behind it."""
    anew.refresh_branch(category=category, after=UUID(after) if after else None, now=timezone.now())
