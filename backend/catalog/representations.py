"""Each product's JSON, made once when the product changes, so that no reader has to make it.

Actions call `refresh` in their own transaction, beside search_text.py, with the product's row locked. What
is missing, or of an older shape, is made by whoever reads it; `manage.py refresh_catalogue` writes it.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import batched
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from backend.catalog import shapes
from backend.catalog.models import Product, Representation, Variant
from backend.catalog.pages import Shown

BATCH = 1000
COLUMNS = ["shape", "summary", "detail"]


def refresh(product_ids: Iterable[UUID]) -> None:
    """Write the JSON of these products anew, from what the tables say now. Locks them, in order."""
    for some in batched(sorted(product_ids), BATCH):
        locked = Product.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        Representation.objects.bulk_create(
            made(locked, some), update_conflicts=True, unique_fields=["product"], update_fields=COLUMNS
        )


def made(products: QuerySet[Product], product_ids: Iterable[UUID]) -> Iterator[Representation]:
    """The representations of these products, made now and not kept; in four queries."""
    sold = Prefetch("variants", queryset=Variant.objects.filter(is_active=True))
    rows = products.filter(pk__in=list(product_ids))
    for product in rows.prefetch_related("images", sold, "category"):
        yield Representation(
            product_id=product.pk,
            shape=shapes.VERSION,
            summary=shapes.summary_text(product),
            detail=shapes.detail_text(product),
        )


def finished(rows: Collection[Shown]) -> list[str]:
    """The JSON of a list's rows, in their order."""
    missing = [row.product_id for row in rows if row.summary is None]
    fresh = _fresh(missing) if missing else {}
    return [
        shapes.finished_summary(
            row.summary or fresh[row.product_id], units=row.units, is_tracked=row.is_tracked
        )
        for row in rows
    ]


def _fresh(product_ids: Iterable[UUID]) -> dict[UUID, str]:
    products = Product.objects.using(settings.CATALOG_DATABASE)
    return {one.product_id: one.summary for one in made(products, product_ids)}


def batch(*, after: UUID | None, outdated: bool) -> list[UUID]:
    """The next products by id: all, or those whose representation is missing or of another shape."""
    rows = Product.objects.filter(pk__gt=after) if after else Product.objects.all()
    if outdated:
        rows = rows.filter(Q(representation=None) | ~Q(representation__shape=shapes.VERSION))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
