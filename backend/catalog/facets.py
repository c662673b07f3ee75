"""How many products each further choice would leave: by category, price range and stock.

A facet counts under every filter but its own, so that its other choices show what they would find.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, Value, When

from backend.catalog import filters
from backend.catalog.filters import ProductFilter
from backend.catalog.models import Product
from backend.catalog.tree import Tree
from backend.core import money

STEPS = [Decimal(step) for step in (0, 25, 50, 100, 250, 500, 1000)]


@dataclass(frozen=True)
class Heap:
    """So many products that are alike in all that facets look at."""

    category_id: UUID | None
    step: int
    is_buyable: bool
    is_within_price: bool
    number: int


def count(*, rows: QuerySet[Product], asked: ProductFilter, forest: Tree) -> dict[str, Any]:
    """The facets of what was searched for, in one query; `rows` are filtered by the search alone."""
    heaps = _heaps(rows, asked)
    branch = forest.branch(asked.category) if asked.category is not None else None
    in_branch = [heap for heap in heaps if branch is None or heap.category_id in branch]
    in_price = [heap for heap in heaps if heap.is_within_price and _fits_stock(heap, asked)]
    return {
        "category": _by_category(in_price, forest),
        "price": _by_price([heap for heap in in_branch if _fits_stock(heap, asked)]),
        "in_stock": _by_stock([heap for heap in in_branch if heap.is_within_price]),
    }


def _heaps(rows: QuerySet[Product], asked: ProductFilter) -> list[Heap]:
    steps = [When(price__gte=step, then=Value(place)) for place, step in enumerate(STEPS)]
    alike = rows.order_by().values(
        "category_id",
        step=Case(*reversed(steps), default=Value(0)),
        is_buyable=_flag(filters.buyable()),
        is_within_price=_flag(filters.within_price(asked)),
    )
    return [Heap(**heap) for heap in alike.annotate(number=Count("pk"))]


def _flag(condition: Q) -> Case | Value:
    return Case(When(condition, then=Value(True)), default=Value(False)) if condition else Value(True)


def _fits_stock(heap: Heap, asked: ProductFilter) -> bool:
    return asked.in_stock is None or heap.is_buyable == asked.in_stock


def _by_category(heaps: list[Heap], forest: Tree) -> list[dict[str, Any]]:
    """A category counts what is in it and under it, in the order of the tree."""
    counts: Counter[UUID] = Counter()
    for heap in heaps:
        for category in forest.path(heap.category_id):
            counts[category.pk] += heap.number
    return [
        {"slug": category.slug, "name": category.name, "count": counts[category.pk]}
        for category in forest.depth_first()
        if counts[category.pk]
    ]


def _by_price(heaps: list[Heap]) -> list[dict[str, Any]]:
    """Ranges with both ends inside, as `min_price` and `max_price` take them; the last has no end."""
    counts: Counter[int] = Counter()
    for heap in heaps:
        counts[heap.step] += heap.number
    ends = [money.text(step - money.CENT) for step in STEPS[1:]]
    return [
        {"min": money.text(start), "max": end, "count": counts[place]}
        for place, (start, end) in enumerate(zip(STEPS, [*ends, None], strict=True))
        if counts[place]
    ]


def _by_stock(heaps: list[Heap]) -> dict[str, int]:
    buyable = sum(heap.number for heap in heaps if heap.is_buyable)
    return {"true": buyable, "false": sum(heap.number for heap in heaps) - buyable}
