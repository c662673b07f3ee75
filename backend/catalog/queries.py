"""What the catalogue shows. Lists and pages read the replica, if there is one; guards of writes do not."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.catalog import representations, shapes
from backend.catalog.models import Product, Wish
from backend.core.errors import Missing
from backend.inventory import queries as inventory

# The product's page in one round trip: its text, and the units of each of its SKUs as of now.
_PAGE = """
SELECT product.id, product.track_inventory, product.cost_price, product.review_count, kept.detail,
       (SELECT json_object_agg(stock.sku, stock.on_hand - stock.held)
          FROM inventory_stock stock WHERE stock.product = product.slug)
  FROM catalog_product product
  LEFT JOIN catalog_representation kept ON kept.product_id = product.id AND kept.shape = %s
 WHERE product.slug = %s AND (product.is_active OR %s)
"""
# Names are part of a key: who changes one waits for these locks, who moves a category in its list does not.
_KEEP_NAMES = """
SELECT FROM catalog_category WHERE id IN (
    WITH RECURSIVE path AS (
        SELECT id, parent_id FROM catalog_category WHERE slug = %s
         UNION
        SELECT above.id, above.parent_id FROM catalog_category AS above JOIN path ON above.id = path.parent_id
    )
    SELECT id FROM path
) ORDER BY id FOR KEY SHARE
"""


@dataclass(frozen=True, kw_only=True)
class ProductPage:
    """What shapes.finished_detail makes a product's page of; `units` are those of now, by SKU."""

    product_id: UUID
    text: str
    units: dict[str, int]
    is_tracked: bool
    cost_price: Decimal | None
    review_count: int


def keep_category_names(slug: str | None) -> None:
    """Wait for whoever renames the category or one above it, and keep their names until the transaction ends.

    For who copies them to a product that the renaming may not see in there yet. Before the product is locked.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("names of categories are kept inside a transaction")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_KEEP_NAMES, [slug])


def category_of(*, slug: str) -> str | None:
    """The slug of the category in which the product stands now, if there is one."""
    return Product.objects.filter(slug=slug).values_list("category__slug", flat=True).first()


def lock_product(*, slug: str) -> Product:
    """The product, active or not, its row locked: before its stock. It may be put into carts meanwhile.

    Raises Missing, and RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a product is locked inside a transaction")
    # Without its category: joined to a row that was waited for, PostgreSQL still has the one of before.
    locked = Product.objects.select_for_update(no_key=True)
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


def with_units(rows: QuerySet[Product]) -> QuerySet[Product]:
    """The rows, the units of each that may be sold counted by the way."""
    return rows.annotate(units=Coalesce(Subquery(inventory.units_of_product(OuterRef("slug"))), 0))


def shown(*, slug: str, sees_inactive: bool) -> ProductPage:
    """A product with all that its page shows. Raises Missing; an inactive one is shown to staff alone."""
    return _page(slug, sees_inactive=sees_inactive, database=settings.CATALOG_DATABASE)


def written(*, slug: str) -> ProductPage:
    """The same, active or not, from the primary database, where a write is seen at once. Raises Missing."""
    return _page(slug, sees_inactive=True, database=DEFAULT_DB_ALIAS)


def wishes_of(user_id: UUID) -> QuerySet[Wish]:
    """What the user wishes for and can be bought, newest wish first; two queries a page."""
    products = with_units(Product.objects.defer("description"))
    wishes = Wish.objects.filter(user_id=user_id, product__is_active=True)
    return wishes.prefetch_related(Prefetch("product", queryset=products)).order_by("-added_at", "-id")


def _page(slug: str, *, sees_inactive: bool, database: str) -> ProductPage:
    with connections[database].cursor() as cursor:
        cursor.execute(_PAGE, [shapes.VERSION, slug, sees_inactive])
        row = cursor.fetchone()
    if row is None:
        raise Missing("No such product")
    product_id, is_tracked, cost_price, review_count, text, units = row
    if text is None:
        text = next(representations.made(Product.objects.using(database), [product_id])).detail
    return ProductPage(
        product_id=product_id,
        text=text,
        units=units or {},
        is_tracked=is_tracked,
        cost_price=cost_price,
        review_count=review_count,
    )
