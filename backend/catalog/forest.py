"""The category tree as this process remembers it, and how a statement tells that it is still that.

Categories change seldom. A statement made with the tree also asks for VERSION; if that is another one, the
tree is read again and the statement is made anew. So it is never out of date, and costs
no statement of its own.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from backend.catalog import shapes
from backend.catalog.models import Category
from backend.catalog.tree import Census, Tree

# Each transaction gives the rows it writes its own xmin, newer than theirs, so the sum of as many only grows.
# Where transactions overlap it may shrink; to what it was before, only by a rare coincidence.
VERSION = "(SELECT count(*) || ':' || coalesce(sum(xmin::text::bigint), 0) FROM catalog_category)"


class Branch:
    """A category and all under it. Its name is another one as soon as a category comes or goes."""

    def __init__(self, category_ids: Collection[UUID]) -> None:
        self.ids = category_ids
        self.array = f"{{{','.join(sorted(map(str, category_ids)))}}}"  # as PostgreSQL writes one
        self.name = hashlib.sha256(self.array.encode()).hexdigest()[:32]


NOTHING = Branch([])


@dataclass(frozen=True)
class Forest:
    """The tree of one version."""

    database: str
    version: str
    tree: Tree
    census: Census

    @cached_property
    def branches(self) -> dict[str, Branch]:
        """By slug."""
        return {one.slug: Branch(self.tree.branch(one.slug)) for one in self.tree.depth_first()}

    @cached_property
    def text(self) -> str:
        """The tree's JSON."""
        return shapes.tree_text(self.tree)


class _Memory:
    forest: Forest | None = None


def kept() -> Forest:
    """As it was when it was last read."""
    forest = _Memory.forest
    return forest if forest and forest.database == settings.CATALOG_DATABASE else read()


def current() -> Forest:
    """As it is now, for who needs no other statement to ask for VERSION."""
    known = kept()
    with connections[settings.CATALOG_DATABASE].cursor() as cursor:
        cursor.execute(f"SELECT {VERSION}")
        return known if cursor.fetchone() == (known.version,) else read()


def read() -> Forest:
    """As it is now, in one query."""
    written = RawSQL("catalog_category.xmin::text::bigint", [], output_field=BigIntegerField())
    rows = list(Category.objects.using(settings.CATALOG_DATABASE).annotate(written=written))
    tree = Tree(rows)
    version = f"{len(rows)}:{sum(row.written for row in rows)}"
    _Memory.forest = Forest(settings.CATALOG_DATABASE, version, tree, Census(tree))
    return _Memory.forest
