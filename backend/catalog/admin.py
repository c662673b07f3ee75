"""The catalogue in the admin: products are made and changed by the catalogue's own actions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.drafts import ProductDraft
from backend.catalog.models import Category, Product, ProductImage, Variant
from backend.core.admin import EVERYWHERE, ByActions, ReadOnlyInline


class VariantInline(ReadOnlyInline):
    """Its variants; they are changed over the API and by the importer."""

    model = Variant
    fields = ["name", "sku", "price", "attributes", "position", "is_active"]


class ImageInline(ReadOnlyInline):
    """Its pictures."""

    model = ProductImage
    fields = ["order", "image", "alt_text", "is_primary"]


@admin.register(Product)
class ProductAdmin(ByActions):
    """What the shop sells."""

    list_display = ["name", "sku", "price", "category", "is_active", "is_featured", "updated_at"]
    list_filter = ["is_active", "is_featured", "category", "updated_at"]
    search_fields = ["name", "sku", "slug", "variants__sku"]
    list_select_related = ["category"]
    autocomplete_fields = ["category"]
    inlines = [VariantInline, ImageInline]
    actions = ["put_on_sale", "take_off_sale"]
    fieldsets = [
        (None, {"fields": ["name", "sku", "slug", "category", "description"]}),
        ("Prices", {"fields": [("price", "compare_price", "cost_price")]}),
        ("Stock", {"fields": [("track_inventory", "low_stock_threshold")]}),
        ("Measures", {"fields": [("weight", "dimensions")]}),
        ("Shown", {"fields": [("is_active", "is_featured")]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["sku"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in form.changed_data}
        if "category" in given:
            given["category"] = given["category"].slug if given["category"] else None
        now, actor_id = timezone.now(), self.actor(request).pk
        if change:
            slug = form.initial["slug"]
            actions.change_product(slug=slug, changes=given, actor_id=actor_id, now=now)
        else:
            made = actions.create_product(draft=ProductDraft(**given), actor_id=actor_id, now=now)
            obj.pk = made.pk

    @admin.action(description="Put on sale", permissions=["serve"], location=EVERYWHERE)
    def put_on_sale(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        now, actor_id = timezone.now(), self.actor(request).pk

        def act(product: Product) -> Any:
            changes = {"is_active": True}
            return actions.change_product(slug=product.slug, changes=changes, actor_id=actor_id, now=now)

        self.on_each(request=request, rows=queryset, act=act, done="On sale")

    @admin.action(description="Take off sale", permissions=["serve"], location=EVERYWHERE)
    def take_off_sale(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        now = timezone.now()

        def act(product: Product) -> None:
            actions.deactivate_product(slug=product.slug, now=now)

        self.on_each(request=request, rows=queryset, act=act, done="Off sale")


@admin.register(Category)
class CategoryAdmin(ByActions):
    """The tree; a category keeps its place in it, so that no branch can become its own root."""

    list_display = ["name", "slug", "parent", "position"]
    search_fields = ["name", "slug"]
    list_select_related = ["parent"]
    fields = ["name", "slug", "parent", "description", "image", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug", "parent"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # What the form leaves as it is may be another's change of this very moment.
        obj.save(update_fields=form.changed_data if change else None)
        is_renamed = change and "name" in form.changed_data
        actions.tell_of_category(category=obj, is_renamed=is_renamed, now=timezone.now())
