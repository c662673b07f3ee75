"""What the catalogue shows. Lists and pages read the replica, if there is one; guards of writes do not."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.catalog.models import Category, Product, Variant, Wish
from backend.catalog.tree import Tree
from backend.core.errors import Missing
from backend.inventory import queries as inventory


def lock_product(*, slug: str) -> Product:
    """The product, active or not, its row locked: before its stock. It may be put into carts meanwhile.

    Raises Missing, and RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a product is locked inside a transaction")
    locked = Product.objects.select_for_update(of=("self",), no_key=True).select_related("category")
    product = locked.filter(slug=slug).first()
    if product is None:
        raise Missing("No such product")
    return product


def on_sale(*, slug: str) -> Product:
    """The product as customers may act on it. Raises Missing for what is unknown or off sale."""
    product = Product.objects.filter(slug=slug, is_active=True).first()
    if product is None:
        raise Missing("No such product")
    return product


def category_tree() -> Tree:
    """All categories, in one query."""
    return Tree(Category.objects.using(settings.CATALOG_DATABASE).all())


def listed() -> QuerySet[Product]:
    """The products on sale with all that a list shows but their units; two queries a page."""
    rows = Product.objects.using(settings.CATALOG_DATABASE).filter(is_active=True)
    return rows.select_related("category").prefetch_related("images").defer("description", "search")


def with_units(rows: QuerySet[Product]) -> QuerySet[Product]:
    """The rows, the units of each that may be sold counted by the way."""
    return rows.annotate(units=Coalesce(Subquery(inventory.units_of_product(OuterRef("slug"))), 0))


def shown(*, slug: str, sees_inactive: bool) -> Product:
    """A product with all that its page shows. Raises Missing; an inactive one is shown to staff alone."""
    rows = Product.objects.using(settings.CATALOG_DATABASE)
    return _whole(rows if sees_inactive else rows.filter(is_active=True), slug)


def written(*, slug: str) -> Product:
    """The same, active or not, from the primary database, where a write is seen at once. Raises Missing."""
    return _whole(Product.objects.all(), slug)


def wishes_of(user_id: UUID) -> QuerySet[Wish]:
    """What the user wishes for and can be bought, newest wish first; two queries a page."""
    products = with_units(Product.objects.defer("description", "search"))
    wishes = Wish.objects.filter(user_id=user_id, product__is_active=True)
    return wishes.prefetch_related(Prefetch("product", queryset=products)).order_by("-added_at", "-id")


def _whole(rows: QuerySet[Product], slug: str) -> Product:
    sold = Variant.objects.filter(is_active=True).annotate(
        units=Coalesce(Subquery(inventory.units_of_sku(OuterRef("sku"))), 0)
    )
    found = with_units(rows).select_related("category").defer("search")
    product = found.prefetch_related("images", Prefetch("variants", queryset=sold)).filter(slug=slug).first()
    if product is None:
        raise Missing("No such product")
    return product
