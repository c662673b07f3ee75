"""What has happened and is still to be told (events), and what is still to be done (jobs)."""

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """A change with its version, waiting for the relay. Ids rise in version order within a topic."""

    topic = models.CharField(max_length=150)
    shard = models.PositiveSmallIntegerField(db_default=0)  # of its topic; set by whoever writes the row
    event = models.CharField(max_length=50)
    version = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    data = models.JSONField()

    def __str__(self) -> str:
        return f"{self.topic} {self.version} {self.event}"


class FeedEntry(models.Model):
    """A change for a feed (a topic without a row of its own), waiting to be numbered and become an Event."""

    topic = models.CharField(max_length=150, db_index=True)
    event = models.CharField(max_length=50)
    at = models.DateTimeField()
    data = models.JSONField()

    def __str__(self) -> str:
        return f"{self.topic} {self.event}"


class Feed(models.Model):
    """The counter of a feed; its row lock makes one numberer at a time."""

    topic = models.CharField(max_length=150, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.topic} {self.version}"


class Job(models.Model):
    """A task that is owed: sent to Celery when due, again 20 s later unless it is done (gone)."""

    task = models.CharField(max_length=100)
    kwargs = models.JSONField(default=dict)
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(failed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.kwargs}"
