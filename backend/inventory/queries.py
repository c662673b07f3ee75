"""What is in stock."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from backend.core.errors import Missing
from backend.inventory.models import LedgerEntry, Stock

AVAILABLE = F("on_hand") - F("held")


def quantities(skus: Iterable[str]) -> dict[str, int]:
    """Units that may be sold, by SKU; unknown SKUs are left out."""
    rows = Stock.objects.filter(sku__in=list(skus)).annotate(available=AVAILABLE)
    return dict(rows.values_list("sku", "available"))


def units_of_product(slug: OuterRef) -> QuerySet[Stock, Any]:
    """As a subquery: the units of the product whose slug the outer row has; no row if nothing is counted."""
    of_product = Stock.objects.filter(product=slug).order_by().values("product")
    return of_product.annotate(available=Sum(AVAILABLE)).values("available")


def of_product(slug: str) -> list[Stock]:
    """The stock rows of a product's SKUs."""
    return list(Stock.objects.filter(product=slug))


def of_skus(skus: Collection[str]) -> list[Stock]:
    """The stock rows of these SKUs, those that exist."""
    return list(Stock.objects.filter(sku__in=list(skus)))


def by_sku(sku: str) -> Stock:
    """The SKU's row. Raises Missing."""
    stock = Stock.objects.filter(sku=sku).first()
    if stock is None:
        raise Missing("No such SKU")
    return stock


def staff_rows(*, low: bool = False, search: str = "") -> QuerySet[Stock]:
    """Stock by SKU; `low` keeps those at or below their threshold, `search` looks at SKU and labels."""
    rows = Stock.objects.all()
    if low:
        limit = Coalesce(F("threshold"), Value(settings.LOW_STOCK_THRESHOLD))
        rows = rows.annotate(available=AVAILABLE).filter(available__lte=limit)
    if search:
        rows = rows.filter(
            Q(sku__icontains=search) | Q(product__icontains=search) | Q(variant__icontains=search)
        )
    return rows


def ledger(sku: str) -> QuerySet[LedgerEntry]:
    """The SKU's changes, newest first. Raises Missing for an unknown SKU."""
    return by_sku(sku).ledger.all()
