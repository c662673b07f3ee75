"""The product list: what was asked for, found, and how it could be narrowed down."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backend.catalog import facets, filters, queries, search
from backend.catalog.filters import ProductFilter
from backend.catalog.models import Product


@dataclass(frozen=True)
class Listing:
    """Products in order, and the facets if they were asked for."""

    rows: QuerySet[Product]
    facets: dict[str, Any] | None


def find(*, asked: ProductFilter, with_facets: bool) -> Listing:
    """What the filters leave. A search without a word in it (`!?`) finds nothing, a blank one everything."""
    wanted = search.understand(asked.search)
    rows = queries.listed()
    if wanted is not None:
        rows = search.matching(rows, wanted)
    elif asked.search.strip():
        rows = rows.none()
    forest = queries.category_tree() if with_facets or asked.category is not None else None
    counted = facets.count(rows=rows, asked=asked, forest=forest) if with_facets and forest else None
    rows = rows.filter(filters.within_price(asked))
    if asked.category is not None and forest is not None:
        rows = rows.filter(category__in=forest.branch(asked.category))
    if asked.in_stock is not None:
        rows = rows.filter(filters.buyable() if asked.in_stock else ~filters.buyable())
    return Listing(
        rows=filters.ordered(rows=queries.with_units(rows), ordering=asked.ordering, wanted=wanted),
        facets=counted,
    )
