"""What is kept of products is made anew: under a renamed category, after an upgrade, or to put it right."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.catalog import events, forest, representations, shelving, tree
from backend.catalog.models import Category, Product
from backend.core import transactions
from backend.shelf import actions as shelf
from backend.shelf import blocks, ladders
from backend.shelf.blocks import Branches

BRANCH_BATCH = 200  # whoever sells out one of them waits for these and no more


@transactions.retried
def refresh_branch(*, category: str, after: UUID | None, now: datetime) -> None:
    """The category of this slug has another name: that stands in the words of all under it, and in the JSON
    of its own products. Write the next ones behind `after` anew, and ask for the rest.

    So each batch is a transaction of its own, however large the branch. Safe to run twice. Locks the products
    of the batch, in order, then their places.
    """
    branch = tree.Tree(Category.objects.all()).branch(category)
    rest = Product.objects.filter(category__in=branch).order_by("pk")
    rest = rest.filter(pk__gt=after) if after else rest
    some = list(rest.values_list("pk", flat=True)[:BRANCH_BATCH])
    if some:
        shelving.refresh(some)
        own = Product.objects.filter(pk__in=some, category__slug=category)
        representations.refresh(own.values_list("pk", flat=True))
        events.category_changed(category=category, now=now)
    if len(some) == BRANCH_BATCH:
        events.category_renamed(category=category, after=some[-1], now=now)


@transactions.retried
def represent(*, product_ids: Sequence[UUID], now: datetime) -> None:
    """Write these products' kept JSON anew. Locks them, in order."""
    representations.refresh(product_ids)
    events.made_anew(now=now)


@transactions.retried
def shelve(*, product_ids: Sequence[UUID], now: datetime) -> None:
    """Write these products' places in lists anew, words and all. Locks them, in order, then the places."""
    shelving.refresh(product_ids)
    events.made_anew(now=now)


@transactions.retried
def count_anew(*, now: datetime) -> None:
    """Make what lists are counted on anew, from the places."""
    ladders.rebuild()
    blocks.rebuild(branches=_branches())
    events.made_anew(now=now)


def fold() -> None:
    """Count so anew if readers of lists would feel what has changed since. Locks the blocks alone."""
    shelf.fold(branches=_branches())


def _branches() -> Branches:
    return {branch.name: branch.ids for branch in forest.current().branches.values()}
