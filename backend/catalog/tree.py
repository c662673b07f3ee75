"""The category tree in memory: it is small, and one query reads it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from backend.catalog.models import Category


class Tree:
    """Categories by place: who is under whom, and which path leads to whom."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_id: dict[UUID, Category] = {}
        self._under: dict[UUID | None, list[Category]] = defaultdict(list)
        for category in categories:
            self._by_id[category.pk] = category
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
        top = [category for category in self._by_id.values() if category.slug == slug]
        return {below.pk for category in top for below in self._walk(category)}

    def depth_first(self) -> Iterator[Category]:
        """All categories, each before those under it."""
        for root in self.under(None):
            yield from self._walk(root)

    def _walk(self, category: Category) -> Iterator[Category]:
        yield category
        for child in self.under(category.pk):
            yield from self._walk(child)
