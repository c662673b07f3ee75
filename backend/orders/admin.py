"""Orders in the admin: what was sold, to whom, what became of it; staff ship, deliver, take back, cancel."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from backend.core.admin import EVERYWHERE, ReadOnly, ReadOnlyInline, answers
from backend.orders import actions
from backend.orders.models import CarrierEvent, Order, OrderItem, StatusChange

BREAK = mark_safe("<br>")


class ShipForm(forms.Form):
    """How the parcel can be followed."""

    tracking_number = forms.CharField(max_length=100)
    carrier = forms.CharField(max_length=100)


class ItemInline(ReadOnlyInline):
    """The lines, as sold."""

    model = OrderItem
    fields = ["product_sku", "product_name", "variant_name", "quantity", "price", "subtotal"]


class HistoryInline(ReadOnlyInline):
    """What became of it."""

    model = StatusChange
    fields = ["created_at", "status", "note", "created_by"]
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        return super().get_queryset(request).select_related("created_by")


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Every order; the page of one shows its lines, its history and its payments."""

    list_display = [
        "order_number",
        "user",
        "status",
        "payment_status",
        "total_amount",
        "item_count",
        "created_at",
    ]
    list_filter = ["status", "payment_status", "created_at"]
    search_fields = ["order_number", "user__email", "tracking_number", "items__product_sku"]
    date_hierarchy = "created_at"
    list_select_related = ["user"]
    inlines = [ItemInline, HistoryInline]
    actions = ["ship", "deliver", "take_back", "cancel"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order_number", "status", "user"),
                    ("created_at", "updated_at", "expires_at"),
                ]
            },
        ),
        (
            "Money",
            {
                "fields": [
                    ("subtotal", "tax", "shipping_cost", "discount", "total_amount", "currency"),
                    ("payment_status", "payment_amount", "refunded_amount"),
                ]
            },
        ),
        ("Parcel", {"fields": [("carrier", "tracking_number"), ("shipped_at", "delivered_at")]}),
        ("Addresses", {"fields": [("ships_to", "bills_to")]}),
    ]

    @admin.display(description="shipping")
    def ships_to(self, order: Order) -> str:
        return _address(order.shipping_address)

    @admin.display(description="billing")
    def bills_to(self, order: Order) -> str:
        return _address(order.billing_address)

    @admin.action(description="Ship", permissions=["serve"], location=EVERYWHERE)
    def ship(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        if queryset.count() != 1:  # a tracking number is one parcel's
            self.message_user(request, "Ship one order at a time.", messages.WARNING)
            return None
        form = answers(request, ShipForm)
        if not form.is_valid():
            return self.ask(request=request, rows=queryset, form=form, title="Ship order")
        parcel = form.cleaned_data
        self._move(request, queryset, "Shipped", lambda given: actions.ship_order(**given, **parcel))
        return None

    @admin.action(description="Mark as delivered", permissions=["serve"], location=EVERYWHERE)
    def deliver(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._move(request, queryset, "Delivered", lambda given: actions.deliver_order(**given))

    @admin.action(description="Take back", permissions=["serve"], location=EVERYWHERE)
    def take_back(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._move(request, queryset, "Returned", lambda given: actions.return_order(**given))

    @admin.action(description="Cancel", permissions=["serve"], location=EVERYWHERE)
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        def act(given: dict[str, Any]) -> Any:
            actor = given.pop("actor")
            return actions.cancel_order(**given, user=actor, note="Cancelled by staff")

        self._move(request, queryset, "Cancelled", act)

    def _move(
        self,
        request: HttpRequest,
        orders: QuerySet[Order],
        done: str,
        act: Callable[[dict[str, Any]], object],
    ) -> None:
        actor, now = self.actor(request), timezone.now()

        def each(order: Order) -> object:
            return act({"order_id": order.pk, "actor": actor, "now": now})

        self.on_each(request=request, rows=orders, act=each, done=done)


def _address(kept: dict[str, Any]) -> str:
    """The address as it stands on a parcel."""
    place = f"{kept.get('zip_code', '')} {kept.get('city', '')} {kept.get('state', '')}"
    lines = [kept.get("full_name"), kept.get("street_address"), kept.get("apartment"), place]
    lines += [kept.get("country"), kept.get("phone_number")]
    return format_html_join(BREAK, "{}", ((line,) for line in lines if line and line.strip()))


@admin.register(CarrierEvent)
class CarrierEventAdmin(ReadOnly):
    """What carriers told."""

    list_display = ["event_id", "order", "received_at"]
    search_fields = ["event_id", "order__order_number"]
    list_select_related = ["order"]
