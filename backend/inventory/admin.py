"""Stock in the admin: counts to look at, to correct with a reason, and the ledger of every change."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from backend.core.admin import EVERYWHERE, ReadOnly, answers
from backend.inventory import actions, lowstock, queries
from backend.inventory.models import LedgerEntry, Stock

LARGEST_DELTA = 1_000_000


class AdjustForm(forms.Form):
    """By how much the count was wrong, and why."""

    delta = forms.IntegerField(
        min_value=-LARGEST_DELTA, max_value=LARGEST_DELTA, help_text="Units to add; less than 0 takes away."
    )
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2, "cols": 60}))

    def clean_delta(self) -> int:
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise ValidationError("Zero changes nothing.")
        return delta


class LowFilter(admin.SimpleListFilter):
    """Only what runs low."""

    title = "stock"
    parameter_name = "low"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Running low")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stock]) -> QuerySet[Stock]:
        low = queries.staff_rows(low=True).order_by().values("pk")
        return queryset.filter(pk__in=low) if self.value() else queryset


@admin.register(Stock)
class StockAdmin(ReadOnly):
    """The count of each SKU."""

    list_display = ["sku", "product", "variant", "on_hand", "held", "quantity", "limit", "is_low", "ledger"]
    list_filter = [LowFilter]
    search_fields = ["sku", "product", "variant"]
    actions = ["adjust"]

    @admin.display(description="threshold")
    def limit(self, stock: Stock) -> int:
        return lowstock.threshold(stock)

    @admin.display(description="low", boolean=True)
    def is_low(self, stock: Stock) -> bool:
        return lowstock.is_low(stock)

    @admin.display(description="ledger")
    def ledger(self, stock: Stock) -> str:
        url = reverse("admin:inventory_ledgerentry_changelist", query={"stock__sku__exact": stock.sku})
        return format_html('<a href="{}">Ledger</a>', url)

    @admin.action(description="Adjust", permissions=["serve"], location=EVERYWHERE)
    def adjust(self, request: HttpRequest, queryset: QuerySet[Stock]) -> HttpResponse | None:
        form, now = answers(request, AdjustForm), timezone.now()
        if not form.is_valid():
            return self.ask(request=request, rows=queryset, form=form, title="Adjust stock")
        change = {"delta": form.cleaned_data["delta"], "note": form.cleaned_data["reason"]}

        def act(stock: Stock) -> Any:
            return actions.adjust(sku=stock.sku, actor_id=self.actor(request).pk, now=now, **change)

        self.on_each(request=request, rows=queryset, act=act, done="Adjusted")
        return None


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly):
    """Every change of every count; nobody writes here but the actions."""

    list_display = ["at", "stock", "reason", "delta_on_hand", "delta_held", "note", "order_id", "actor_id"]
    list_filter = ["reason", "at"]
    search_fields = ["=stock__sku", "note"]
    ordering = ["-id"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "stock__sku__exact" or super().lookup_allowed(lookup, value, request)
