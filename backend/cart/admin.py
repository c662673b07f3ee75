"""Carts in the admin: to look at, for who helps a customer."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.cart.models import Cart, CartItem
from backend.core.admin import ReadOnly, ReadOnlyInline


class ItemInline(ReadOnlyInline):
    """What is in it."""

    model = CartItem
    fields = ["sku", "product", "variant", "quantity", "price_when_added"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartItem]:
        return super().get_queryset(request).select_related("product", "variant")


@admin.register(Cart)
class CartAdmin(ReadOnly):
    """One cart a user."""

    list_display = ["user", "updated_at", "version"]
    search_fields = ["user__email"]
    list_select_related = ["user"]
    inlines = [ItemInline]
