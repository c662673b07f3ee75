"""What is in stock."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from backend.core import rows
from backend.core.errors import Missing
from backend.inventory.models import LedgerEntry, Stock

AVAILABLE = F("on_hand") - F("held")
_LOCK = """
WITH locked AS (
    SELECT stock.sku FROM unnest(%(skus)s::text[]) AS wanted (sku)
      JOIN inventory_stock AS stock ON stock.sku = wanted.sku
     ORDER BY stock.sku COLLATE "C" FOR UPDATE OF stock
)
SELECT count(*) FROM locked
"""


def quantities(skus: Iterable[str]) -> dict[str, int]:
    """Units that may be sold, by SKU; unknown SKUs are left out."""
    counted = Stock.objects.filter(sku__in=list(skus)).annotate(available=AVAILABLE)
    return dict(counted.values_list("sku", "available"))


def units_of_product(slug: OuterRef) -> QuerySet[Stock, Any]:
    """As a subquery: the units of the product whose slug the outer row has; no row if nothing is counted."""
    of_product = Stock.objects.filter(product=slug).order_by().values("product")
    return of_product.annotate(available=Sum(AVAILABLE)).values("available")


def of_product(slug: str) -> list[Stock]:
    """The stock rows of a product's SKUs."""
    return list(Stock.objects.filter(product=slug))


def lock_stock_of(products: Iterable[str]) -> None:
    """Lock the stock of these products' SKUs, in sorted order. The caller has locked the products.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("stock is locked inside a transaction")
    skus = list(Stock.objects.filter(product__in=list(products)).values_list("sku", flat=True))
    if skus:
        rows.fetch(_LOCK, skus=skus)


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
    listed = Stock.objects.all()
    if low:
        limit = Coalesce(F("threshold"), Value(settings.LOW_STOCK_THRESHOLD))
        listed = listed.annotate(available=AVAILABLE).filter(available__lte=limit)
    if search:
        listed = listed.filter(
            Q(sku__icontains=search) | Q(product__icontains=search) | Q(variant__icontains=search)
        )
    return listed


def ledger(sku: str) -> QuerySet[LedgerEntry]:
    """The SKU's changes, newest first. Raises Missing for an unknown SKU."""
    return by_sku(sku).ledger.all()
