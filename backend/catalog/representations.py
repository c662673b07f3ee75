"""Each product's JSON, made once when the product changes, so that no reader has to make it.

Actions call `refresh` in their own transaction, beside search_text.py, with the product's row locked. What
is missing, or of an older shape, is made by whoever reads it; `manage.py refresh_catalogue` writes it.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from uuid import UUID

from django.db.models import Case, Prefetch, Q, QuerySet, When

from backend.catalog import shapes
from backend.catalog.models import Product, Representation, Variant

BATCH = 1000
COLUMNS = ["shape", "summary", "detail"]
_CURRENT_SUMMARY = Case(When(representation__shape=shapes.VERSION, then="representation__summary"))


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
    rows = products.filter(pk__in=list(product_ids)).defer("search")
    for product in rows.prefetch_related("images", sold, "category"):
        yield Representation(
            product_id=product.pk,
            shape=shapes.VERSION,
            summary=shapes.summary_text(product),
            detail=shapes.detail_text(product),
        )


def summaries(rows: QuerySet[Product]) -> list[str]:
    """The JSON of these rows, in their order; their units are counted (queries.with_units)."""
    found = list(rows.values_list("pk", "units", "track_inventory", _CURRENT_SUMMARY))
    missing = [pk for pk, *_, text in found if text is None]
    fresh = {one.product_id: one.summary for one in made(Product.objects.using(rows.db), missing)}
    return [
        shapes.finished_summary(text or fresh[pk], units=units, is_tracked=is_tracked)
        for pk, units, is_tracked, text in found
    ]


def batch(*, after: UUID | None, outdated: bool) -> list[UUID]:
    """The next products by id: all, or those whose representation is missing or of another shape."""
    rows = Product.objects.filter(pk__gt=after) if after else Product.objects.all()
    if outdated:
        rows = rows.filter(Q(representation=None) | ~Q(representation__shape=shapes.VERSION))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
