"""Orders as they were placed: a snapshot of prices, names and addresses that nothing later changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from backend.core.models import Row


class Order(Row):
    """What somebody bought. `payment_*` is what payments last told, so that the order's JSON is complete."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"
        RETURNED = "returned"

    order_number = models.CharField(max_length=30, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    version = models.PositiveBigIntegerField(default=1)
    currency = models.CharField(max_length=3)
    subtotal = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    shipping_cost = models.DecimalField(max_digits=14, decimal_places=2)
    discount = models.DecimalField(max_digits=14, decimal_places=2)
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    item_count = models.PositiveIntegerField()
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    tracking_number = models.CharField(max_length=100, null=True, blank=True)
    carrier = models.CharField(max_length=100, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="End of the payment window, while pending")
    expiring_told_at = models.DateTimeField(null=True, blank=True)
    payment_status = models.CharField(max_length=20, null=True, blank=True)
    payment_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    refunded_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="order_newest"),
            models.Index(fields=["user", "-created_at"], name="order_of_user"),
            models.Index(fields=["status", "-created_at"], name="order_by_status"),
            models.Index(fields=["expires_at"], name="order_unpaid", condition=Q(status="pending")),
            models.Index(fields=["tracking_number"], name="order_by_tracking"),
        ]

    def __str__(self) -> str:
        return self.order_number


class OrderItem(Row):
    """One line of an order, as sold."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product_id = models.UUIDField(db_index=True)
    product_name = models.CharField(max_length=255)
    product_sku = models.CharField(max_length=100)
    variant_name = models.CharField(max_length=255, null=True, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    subtotal = models.DecimalField(max_digits=14, decimal_places=2)
    is_tracked = models.BooleanField(help_text="Whether its units were taken from stock")

    class Meta:
        ordering = ["product_sku"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_sku}"


class StatusChange(models.Model):
    """A line of an order's history. Written once, never changed."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    status = models.CharField(max_length=10, choices=Order.Status.choices)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"


class CarrierEvent(models.Model):
    """A carrier's message that was applied; its id makes the second one a no-op."""

    event_id = models.CharField(max_length=255, primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="carrier_event_oldest")]

    def __str__(self) -> str:
        return self.event_id
