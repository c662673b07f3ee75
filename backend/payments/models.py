"""Money: payments, refunds, the inbox of Stripe's events, and where Stripe's books differ from ours."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.core.models import Row


class Payment(Row):
    """One PaymentIntent of one order. `attention` names why no rule could settle it."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        FAILED = "failed"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        PARTIALLY_REFUNDED = "partially_refunded"
        REFUNDED = "refunded"

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveIntegerField(default=1)
    intent_id = models.CharField(max_length=255, unique=True)
    client_secret = models.CharField(max_length=255, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    refunded_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    is_taken = models.BooleanField(default=False, help_text="The order was paid by this money")
    attention = models.CharField(max_length=100, null=True, blank=True)
    charge = models.JSONField(default=dict, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="payment_newest"),
            models.Index(
                fields=["-created_at"], name="payment_attention", condition=Q(attention__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="payment_number_per_order"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=["pending", "processing", "failed"]),
                name="payment_one_open_per_order",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0) & Q(refunded_amount__lte=F("amount")),
                name="payment_refunded_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.intent_id


class Refund(Row):
    """Money on its way back. The row reserves the amount before Stripe is asked."""

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    stripe_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    reason = models.CharField(max_length=100, help_text="Why, in staff's words or ours")
    failure = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["created_at"], name="refund_under_way", condition=Q(status="pending"))
        ]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.payment_id}"


class StripeEvent(models.Model):
    """An event of Stripe as it came, verified; kept whatever becomes of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        APPLIED = "applied"
        UNHANDLED = "unhandled", "Of a type that tells us nothing"
        NOT_OURS = "not_ours", "About a payment of somebody else"

    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["received_at"], name="stripe_event_oldest")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Discrepancy(Row):
    """Stripe's books and ours differ and no rule can settle it: open, with its alert, until it is gone."""

    about = models.CharField(max_length=255, help_text="An intent's id at Stripe, or what else is wrong")
    story = models.TextField()
    order_id = models.UUIDField(null=True, blank=True)
    alert_id = models.UUIDField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name_plural = "discrepancies"
        constraints = [
            models.UniqueConstraint(
                fields=["about"], condition=Q(settled_at__isnull=True), name="discrepancy_open_once"
            ),
        ]

    def __str__(self) -> str:
        return self.story
