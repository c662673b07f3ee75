"""What staff must look at, until one of them says that they have."""

from django.conf import settings
from django.db import models

from backend.core.models import Row


class Alert(Row):
    """A low SKU, a payment that no rule could settle, or what an audit found."""

    class Kind(models.TextChoices):
        LOW_STOCK = "low_stock"
        PAYMENT_ATTENTION = "payment_attention"
        STOCK_MISMATCH = "stock_mismatch"
        MONEY_MISMATCH = "money_mismatch"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    sku = models.CharField(max_length=100, blank=True)
    order_id = models.UUIDField(null=True, blank=True)
    message = models.TextField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["-created_at"], name="alert_open", condition=models.Q(acknowledged_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.message
