"""The product list as somebody asks for it: filters that combine, all of them in SQL, and a stable order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from backend.catalog import search
from backend.catalog.models import Product
from backend.inventory import queries as inventory

Ordering = Literal["price", "-price", "created_at", "-created_at", "name"]


@dataclass(frozen=True, kw_only=True)
class ProductFilter:
    """What is asked for, None for nothing. Price bounds are inclusive, a category covers all under it."""

    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    search: str = ""
    ordering: Ordering | None = None


def within_price(asked: ProductFilter) -> Q:
    """The price bounds, as a condition."""
    condition = Q()
    if asked.min_price is not None:
        condition &= Q(price__gte=asked.min_price)
    if asked.max_price is not None:
        condition &= Q(price__lte=asked.max_price)
    return condition


def buyable() -> Q:
    """In stock, or not counted at all, as a condition."""
    return Q(track_inventory=False) | Q(Exists(inventory.buyable(OuterRef("slug"))))


def ordered(
    *, rows: QuerySet[Product], ordering: Ordering | None, wanted: search.Wanted | None
) -> QuerySet[Product]:
    """As asked; else by relevance where something is searched for, else newest first. Ties by id."""
    if ordering is None and wanted is not None:
        return search.by_relevance(rows, wanted)
    if ordering == "name":
        return rows.order_by(Lower("name"), "id")
    return rows.order_by(ordering or "-created_at", "id")
