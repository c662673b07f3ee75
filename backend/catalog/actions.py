"""Everything that changes the catalogue. A product's row is locked before its stock, its place after both."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from psycopg.errors import UniqueViolation

from backend.accounts.models import User
from backend.catalog import checks, events, parts, queries, representations, shelving, slugs, tree
from backend.catalog.drafts import ProductDraft
from backend.catalog.models import Category, Product, Wish
from backend.core import transactions
from backend.core.errors import Conflict, invalid_field
from backend.shelf import blocks, ladders

LONGEST_CATEGORY_NAME = 100


@contextmanager
def _taken_is_a_conflict() -> Iterator[None]:
    """The unique constraints have the last word on who was first."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        field = "slug" if "slug" in (error.__cause__.diag.constraint_name or "") else "sku"
        raise Conflict(f"This {field} is taken", details={field: ["It is taken."]}) from error


@_taken_is_a_conflict()
@transactions.retried
def create_product(*, draft: ProductDraft, actor_id: UUID | None, now: datetime) -> Product:
    """Put a new product on sale, its opening stock counted. An empty slug is made from the name.

    Raises Conflict for a taken SKU or slug, Invalid for a draft that can't be.
    """
    draft = checks.checked(draft)
    queries.keep_category_names(draft.category)
    slug = draft.slug or slugs.for_product(name=draft.name, sku=draft.sku, reserved=checks.RESERVED_SLUGS)
    product = Product(**parts.columns(replace(draft, slug=slug)), created_at=now, updated_at=now)
    product.save(force_insert=True)
    _write_parts(product=product, draft=draft, actor_id=actor_id, now=now)
    return product


@_taken_is_a_conflict()
@transactions.retried
def update_product(*, slug: str, draft: ProductDraft, actor_id: UUID | None, now: datetime) -> Product:
    """Make the product so; an empty slug keeps the one it has. Locks the product, then its stock.

    What is as drafted already is not touched: then `updated_at` stays and nothing is told. Quantities count
    only for new SKUs. Raises Missing, Conflict for a taken SKU or slug, Invalid for another SKU of its own.
    """
    queries.keep_category_names(draft.category)
    product = queries.lock_product(slug=slug)
    return _become(product=product, draft=draft, actor_id=actor_id, now=now)


@_taken_is_a_conflict()
@transactions.retried
def change_product(*, slug: str, changes: Mapping[str, Any], actor_id: UUID | None, now: datetime) -> Product:
    """Change the named fields of the draft that the product is, and no others. Raises as update_product."""
    queries.keep_category_names(changes.get("category"))
    product = queries.lock_product(slug=slug)
    draft = replace(parts.draft_of(product), **changes)
    return _become(product=product, draft=draft, actor_id=actor_id, now=now)


@transactions.retried
def deactivate_product(*, slug: str, now: datetime) -> None:
    """Take the product off sale; a second time nothing happens. Raises Missing. Locks the product."""
    product = queries.lock_product(slug=slug)
    if not product.is_active:
        return
    Product.objects.filter(pk=product.pk).update(is_active=False, updated_at=now)
    shelving.refresh([product.pk])
    events.product_changed(product=product, now=now)


def ensure_category(*, names: Sequence[str], now: datetime) -> Category:
    """The category at the end of this path of names from the root, made where it is missing."""
    if not names:
        raise invalid_field("category", "Name at least one category.")
    category = _ensure_child(parent=None, name=names[0], now=now)
    for name in names[1:]:
        category = _ensure_child(parent=category, name=name, now=now)
    return category


@transactions.retried
def refresh_category(*, category_id: UUID, now: datetime) -> None:
    """A category was edited elsewhere (the admin): its name stands in what is kept of its products, and in
    the words of all under it. Locks those products, in order.
    """
    category = Category.objects.get(pk=category_id)
    branch = tree.Tree(Category.objects.all()).branch(category.slug)
    shelving.refresh(Product.objects.filter(category__in=branch).values_list("pk", flat=True))
    representations.refresh(category.products.values_list("pk", flat=True))
    events.category_changed(category=category, now=now)


@transactions.retried
def represent(*, product_ids: Sequence[UUID]) -> None:
    """Write these products' kept JSON anew; nobody needs to hear of it. Locks them, in order."""
    representations.refresh(product_ids)


@transactions.retried
def shelve(*, product_ids: Sequence[UUID]) -> None:
    """Write these products' places in lists anew, words and all. Locks them, in order, then the places."""
    shelving.refresh(product_ids)


@transactions.retried
def count_anew() -> None:
    """Make what lists are counted on anew, from the places."""
    ladders.rebuild()
    blocks.rebuild()


def record_rating(*, product_id: UUID, rating_delta: int, count_delta: int, now: datetime) -> None:
    """Count a review in or out of the product's average. The caller tells of it. Locks the product."""
    Product.objects.filter(pk=product_id).update(
        rating_sum=F("rating_sum") + rating_delta, review_count=F("review_count") + count_delta
    )
    representations.refresh([product_id])


def toggle_wish(*, user: User, slug: str, now: datetime) -> bool:
    """Wish for the product, or no longer; returns whether it is wished for now. Raises Missing.

    The unique constraint decides between two at once: one adds, the other comes again and takes away.
    """
    product = queries.on_sale(slug=slug)
    while not Wish.objects.filter(user=user, product=product).delete()[0]:
        with suppress(IntegrityError), transaction.atomic():
            Wish.objects.create(user=user, product=product, added_at=now)
            return True
    return False


def _become(*, product: Product, draft: ProductDraft, actor_id: UUID | None, now: datetime) -> Product:
    if draft.sku != product.sku:
        raise invalid_field("sku", "The SKU of a product never changes.")
    draft = checks.checked(replace(draft, slug=draft.slug or product.slug))
    if _without_quantities(draft) == parts.draft_of(product):
        return product
    for name, value in parts.columns(draft).items():
        setattr(product, name, value)
    product.updated_at = now
    product.save(update_fields=[*parts.COLUMNS, "category", "updated_at"])
    _write_parts(product=product, draft=draft, actor_id=actor_id, now=now)
    return product


def _write_parts(*, product: Product, draft: ProductDraft, actor_id: UUID | None, now: datetime) -> None:
    parts.claim_skus(product=product, draft=draft)
    parts.write_variants(product=product, drafts=draft.variants, now=now)
    parts.write_images(product=product, drafts=draft.images, now=now)
    representations.refresh([product.pk])
    events.product_changed(product=product, now=now)
    parts.write_stock(product=product, draft=draft, actor_id=actor_id, now=now)
    shelving.refresh([product.pk])


def _without_quantities(draft: ProductDraft) -> ProductDraft:
    variants = tuple(replace(variant, quantity=0) for variant in draft.variants)
    return replace(draft, quantity=0, variants=variants)


@_taken_is_a_conflict()
@transactions.retried
def _ensure_child(*, parent: Category | None, name: str, now: datetime) -> Category:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_CATEGORY_NAME:
        raise invalid_field("category", "The name of a category has 1 to 100 characters.")
    found = Category.objects.filter(parent=parent, name__iexact=name).first()
    if found is not None:
        return found
    slug = slugs.for_category(name=name, parent=parent)
    category = Category.objects.create(parent=parent, name=name, slug=slug, created_at=now)
    events.category_changed(category=category, now=now)
    return category
