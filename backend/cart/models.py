"""One cart a user, open on any device."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from backend.core.models import Row


class Cart(Row):
    """A user's cart; its version counts its changes, under its row lock."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField(default=1)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"cart of {self.user_id}"


class CartItem(Row):
    """So many units of one SKU, with the price at which they were put in."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey(
        "catalog.Variant", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    sku = models.CharField(max_length=100)
    quantity = models.PositiveIntegerField()
    price_when_added = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="cart_item_one_line_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_item_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"
