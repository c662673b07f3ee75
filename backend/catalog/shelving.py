"""Puts products on the shelf: what lists filter, sort and search them by, as the tables have it now."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch

from backend.catalog import search_text
from backend.catalog.models import Category, Product, Variant
from backend.catalog.tree import Tree
from backend.core import money
from backend.inventory import queries as stock_rows
from backend.inventory import soldout
from backend.shelf import actions as shelf
from backend.shelf import queries as places
from backend.shelf.models import NO_CATEGORY, Place

BATCH = 1000
_SOLD = Prefetch(
    "variants", queryset=Variant.objects.filter(is_active=True).only("product", "sku", "name", "attributes")
)
_gathered: ContextVar[list[UUID] | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Products of which `refresh` is told in this block take their places where it ends, all at once.

    For many in one transaction: places are locked last, and buyers who sell one out don't wait for the rest.
    Nothing is written when the block fails, or the transaction is to be undone.
    """
    gathered: list[UUID] = []
    before = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(before)
    if gathered and not transaction.get_rollback():
        refresh(gathered)


def refresh(product_ids: Iterable[UUID]) -> None:
    """Write the places of these products anew. Locks the products, then their places, each in their order.

    Between them the stock of those that have no place yet. Comes after the stock in the caller's transaction:
    whether a product can be bought is looked up here.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.extend(product_ids)
        return
    locked = Product.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(product_ids))
    is_placed = Exists(Place.objects.filter(pk=OuterRef("pk")))
    products = list(locked.order_by("pk").only("slug").annotate(is_placed=is_placed))
    # Who sells one out has no place to wait for, and none to turn: so it is waited for at the stock.
    stock_rows.lock_stock_of(product.slug for product in products if not vars(product)["is_placed"])
    found = [product.pk for product in products]
    places.lock_of(found)
    forest = Tree(Category.objects.all())
    shelf.put(place for some in batched(found, BATCH) for place in _places(some, forest))


def batch(*, after: UUID | None, outdated: bool) -> list[UUID]:
    """The next products by id: all, or those that have no place, or one with words of another version."""
    rows = Product.objects.filter(pk__gt=after) if after else Product.objects.all()
    if outdated:
        current = Place.objects.filter(pk=OuterRef("pk"), words_version=search_text.VERSION)
        rows = rows.filter(~Exists(current))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _places(product_ids: Sequence[UUID], forest: Tree) -> list[Place]:
    products = list(Product.objects.filter(pk__in=product_ids).prefetch_related(_SOLD))
    vectors = search_text.vectors(products, forest=forest)
    buyable = soldout.buyable([product.slug for product in products])
    return [
        Place(
            product_id=product.pk,
            slug=product.slug,
            category_id=product.category_id or NO_CATEGORY,
            cents=money.to_minor(product.price),
            created_at=product.created_at,
            name=product.name.lower(),
            is_active=product.is_active,
            is_tracked=product.track_inventory,
            is_buyable=not product.track_inventory or product.slug in buyable,
            words=vectors[product.pk],
            words_version=search_text.VERSION,
        )
        for product in products
    ]
