"""The outbox in the admin: what is still to be told, and jobs that failed for staff to run again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from backend.core.admin import EVERYWHERE, ReadOnly
from backend.outbox import jobs
from backend.outbox.models import Event, Job


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Tasks that are owed; the failed ones wait for somebody."""

    list_display = ["id", "task", "kwargs", "created_at", "due_at", "attempts", "failed_at", "last_error"]
    list_filter = [("failed_at", admin.EmptyFieldListFilter), "task"]
    search_fields = ["task", "last_error"]
    ordering = ["-id"]
    actions = ["run_again"]

    @admin.action(description="Run again", permissions=["serve"], location=EVERYWHERE)
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        count = jobs.run_again(job_ids=ids, now=timezone.now())
        self.message_user(request, f"Failed jobs to run again: {count}", messages.SUCCESS)


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What the relay has not told yet; empty most of the time."""

    list_display = ["id", "at", "topic", "event", "version"]
    search_fields = ["topic", "event"]
    ordering = ["id"]
