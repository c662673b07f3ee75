"""The category tree in memory: it is small, and one query reads it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from backend.catalog.models import Category


class Tree:
    """Categories by place: who is under whom, and which path leads to whom."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_id: dict[UUID, Category] = {}
        self._by_slug: dict[str, Category] = {}
        self._under: dict[UUID | None, list[Category]] = defaultdict(list)
        for category in categories:
            self._by_id[category.pk] = self._by_slug[category.slug] = category
            self._under[category.parent_id].append(category)

    def under(self, parent: UUID | None) -> list[Category]:
        """The children of a category, those of None being the roots."""
        return self._under.get(parent, [])

    def path(self, category_id: UUID | None) -> list[Category]:
        """From the root down to the category."""
        path: list[Category] = []
        category = self._by_id.get(category_id) if category_id else None
        while category is not None and category not in path:
            path.insert(0, category)
            category = self._by_id.get(category.parent_id) if category.parent_id else None
        return path

    def branch(self, slug: str) -> set[UUID]:
        """The category of this slug with all that is under it; nothing for an unknown one."""
        top = self._by_slug.get(slug)
        return {below.pk for below in self._walk(top)} if top else set()

    def depth_first(self) -> Iterator[Category]:
        """All categories, each before those under it."""
        for root in self.under(None):
            yield from self._walk(root)

    def _walk(self, category: Category) -> Iterator[Category]:
        yield category
        for child in self.under(category.pk):
            yield from self._walk(child)


class Census:
    """Counts by category, summed up the tree: made once for a tree, for each answer a few additions."""

    def __init__(self, forest: Tree) -> None:
        ordered = list(forest.depth_first())
        places = {category.pk: place for place, category in enumerate(ordered)}
        self._places = {str(category_id): place for category_id, place in places.items()}
        # Each place with that of the category above it, the lowest first.
        self._steps = [
            (places[one.pk], places[one.parent_id]) for one in reversed(ordered) if one.parent_id in places
        ]
        self._labels = [_opened(category) for category in ordered]

    def of(self, counts: Iterable[Sequence[Any]]) -> str:
        """Of (category id as text, number) pairs: each category with all in and under it, in tree order.

        As JSON text, since a large shop names a thousand of them in an answer.
        """
        sums = [0] * len(self._labels)
        for category_id, number in counts:
            if (place := self._places.get(category_id)) is not None:
                sums[place] += number
        for place, above in self._steps:
            sums[above] += sums[place]
        lines = zip(self._labels, sums, strict=True)
        return f"[{', '.join([f'{label}{total}}}' for label, total in lines if total])}]"


def _opened(category: Category) -> str:
    """A category's object but for its count."""
    return f'{json.dumps({"slug": category.slug, "name": category.name})[:-1]}, "count": '
