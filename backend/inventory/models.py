"""Stock by SKU and the ledger of its every change. Knows counts and SKUs; product and variant are labels."""

from django.db import models
from django.db.models import F, Q


class Stock(models.Model):
    """The units of one sellable SKU. What may be sold is `on_hand - held`."""

    sku = models.CharField(max_length=100, primary_key=True)
    product = models.SlugField(max_length=255, help_text="The slug it is sold under, kept by the catalogue")
    variant = models.CharField(max_length=255, null=True, blank=True)
    on_hand = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    version = models.PositiveBigIntegerField(default=1)
    threshold = models.PositiveIntegerField(
        null=True, blank=True, help_text="Its own low-stock threshold; empty: the shop's"
    )
    low_alerted = models.BooleanField(default=False, help_text="An alert is out; a restock arms it again")

    class Meta:
        ordering = ["sku"]
        verbose_name_plural = "stock"
        constraints = [
            models.CheckConstraint(
                condition=Q(held__gte=0) & Q(held__lte=F("on_hand")), name="stock_held_within_on_hand"
            )
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def quantity(self) -> int:
        """Units that may be sold."""
        return self.on_hand - self.held


class LedgerEntry(models.Model):
    """One change of one stock row: who, why, which order, by how much. The sum is the row."""

    class Reason(models.TextChoices):
        OPENING = "opening"
        HOLD = "hold"
        RELEASE = "release"
        SALE = "sale"
        RESTOCK = "restock"
        RETURN = "return"
        ADJUSTMENT = "adjustment"

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="ledger")
    at = models.DateTimeField()
    delta_on_hand = models.IntegerField()
    delta_held = models.IntegerField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.TextField(blank=True)
    order_id = models.UUIDField(null=True, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"{self.stock_id} {self.delta_on_hand:+d}/{self.delta_held:+d} {self.reason}"
