"""Money in the admin: payments, refunds and what Stripe told; staff give money back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from backend.core.admin import EVERYWHERE, ReadOnly, ReadOnlyInline, answers
from backend.orders.admin import OrderAdmin
from backend.payments import actions
from backend.payments.models import Discrepancy, Payment, Refund, StripeEvent


class RefundForm(forms.Form):
    """How much to give back."""

    amount = forms.DecimalField(
        min_value=0, max_digits=12, decimal_places=2, required=False, help_text="Empty: all that remains."
    )


class PaymentInline(ReadOnlyInline):
    """The payments of an order."""

    model = Payment
    fields = ["number", "intent_id", "status", "amount", "refunded_amount", "attention", "paid_at"]
    show_change_link = True


class RefundInline(ReadOnlyInline):
    """The refunds of a payment."""

    model = Refund
    fields = ["created_at", "amount", "status", "reason", "failure", "requested_by", "stripe_id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return super().get_queryset(request).select_related("requested_by")


# Orders do not know payments, so payments put themselves on the order's page.
OrderAdmin.inlines = [*OrderAdmin.inlines, PaymentInline]


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    """Every payment; those that need a look have a reason under attention."""

    list_display = ["order", "intent_id", "status", "amount", "refunded_amount", "attention", "created_at"]
    list_filter = [("attention", admin.EmptyFieldListFilter), "status", "created_at"]
    search_fields = ["intent_id", "order__order_number", "order__user__email"]
    list_select_related = ["order"]
    exclude = ["client_secret"]
    inlines = [RefundInline]
    actions = ["refund"]

    @admin.action(description="Refund", permissions=["serve"], location=EVERYWHERE)
    def refund(self, request: HttpRequest, queryset: QuerySet[Payment]) -> HttpResponse | None:
        form, now = answers(request, RefundForm), timezone.now()
        if not form.is_valid():
            return self.ask(request=request, rows=queryset, form=form, title="Refund")
        given = {"amount": form.cleaned_data["amount"], "reason": "Refunded by staff", "now": now}

        def act(payment: Payment) -> Any:
            return actions.request_refund(
                order_id=payment.order_id, payment_id=payment.pk, actor=self.actor(request), **given
            )

        self.on_each(request=request, rows=queryset, act=act, done="Refunds on their way")
        return None


@admin.register(Refund)
class RefundAdmin(ReadOnly):
    """Money on its way back."""

    list_display = ["payment", "amount", "status", "reason", "requested_by", "created_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["stripe_id", "payment__intent_id", "payment__order__order_number"]
    list_select_related = ["payment", "requested_by"]


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly):
    """The inbox of Stripe's events, and what went wrong with one."""

    list_display = ["event_id", "type", "received_at", "processed_at", "error"]
    list_filter = [("processed_at", admin.EmptyFieldListFilter), "type", "received_at"]
    search_fields = ["event_id", "type"]


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnly):
    """Where Stripe's books and ours differ; a later look that finds it gone settles it."""

    list_display = ["story", "created_at", "settled_at"]
    list_filter = [("settled_at", admin.EmptyFieldListFilter), "created_at"]
    search_fields = ["about", "story"]
