"""What every table shares, and the keys that make a repeated request harmless."""

import uuid

from django.db import models
from django.utils import timezone


class Row(models.Model):
    """A row with a UUID that may be shown to the world."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class IdempotencyKey(models.Model):
    """One `Idempotency-Key` of one user: what was asked, whether it is done, and what was answered."""

    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    token = models.UUIDField(default=uuid.uuid4, help_text="Whose lease it is")
    leased_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
