"""The catalogue of the bench, written in bulk by the models: by the actions it would take a minute.

What the actions would leave behind is there: claimed SKUs, opening lines in the ledger, search text.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched

from django.db import transaction
from django.db.models import Model

from backend.catalog import search_text
from backend.catalog.models import Category, Product, ProductImage, SkuClaim, Variant
from backend.devstack.bench import numbering
from backend.inventory.models import LedgerEntry, Stock

BRANCHES, LEAVES = 6, 5  # categories in three levels
UNITS = 1_000_000  # nothing sells out, nothing runs low
_BATCH = 1000
_ADJECTIVES = ("Silent", "Northern", "Amber", "Folding", "Rapid", "Woolen", "Granite", "Everyday")
_NOUNS = ("Lantern", "Backpack", "Keyboard", "Kettle", "Jacket", "Notebook", "Speaker", "Bicycle", "Compass")
_TEXT = "A {name} for daily use, made to last. It is light, quiet and easy to repair; spare parts are sold."


def load(*, products: int, now: datetime) -> None:
    """So many products with three variants and two pictures each."""
    leaves = _categories(now)
    numbers = [numbering.FIRST_PRODUCT + index for index in range(products)]
    write(Product, (_product(number, leaves, now) for number in numbers))
    write(ProductImage, (image for number in numbers for image in _images(number, now)))
    write(SkuClaim, (_claim(f"P-{number}", number) for number in numbers))
    sold = list(numbering.skus(products=products))
    write(Variant, (_variant(sku, product, now) for sku, product in sold))
    write(SkuClaim, (_claim(numbering.sku(sku), product) for sku, product in sold))
    write(Stock, (_stock(sku, product) for sku, product in sold))
    write(LedgerEntry, (_opening(sku, now) for sku, _ in sold))
    for some in batched(numbers, _BATCH):
        with transaction.atomic():
            search_text.refresh(numbering.row_id("product", number) for number in some)


def write[M: Model](model: type[M], rows: Iterable[M]) -> None:
    """Insert the rows, a thousand at a time."""
    for some in batched(rows, _BATCH):
        model._default_manager.bulk_create(some)


def leaf(index: int) -> str:
    """The slug of the lowest category that this product lies in."""
    return f"leaf-{index % (BRANCHES * LEAVES)}"


def price(index: int) -> Decimal:
    """Spread over 5.00 to 504.99."""
    return Decimal(500 + index * numbering.STRIDE % 50_000) / 100


def _categories(now: datetime) -> dict[str, Category]:
    root = Category.objects.create(name="Everything", slug="everything", created_at=now)
    leaves = {}
    for place in range(BRANCHES * LEAVES):
        branch, _ = Category.objects.get_or_create(
            slug=f"branch-{place % BRANCHES}", name=f"Branch {place % BRANCHES}", parent=root
        )
        leaves[f"leaf-{place}"] = Category.objects.create(
            name=f"Leaf {place}", slug=f"leaf-{place}", parent=branch, created_at=now
        )
    return leaves


def _product(number: int, leaves: dict[str, Category], now: datetime) -> Product:
    index = number - numbering.FIRST_PRODUCT
    words = f"{_ADJECTIVES[index % len(_ADJECTIVES)]} {_NOUNS[index % len(_NOUNS)]}"
    made_at = now - timedelta(minutes=index)
    return Product(
        id=numbering.row_id("product", number),
        name=f"{words} {number}",
        slug=f"product-{number}",
        sku=f"P-{number}",
        description=_TEXT.format(name=words) * 4,
        price=price(index),
        category=leaves[leaf(index)],
        created_at=made_at,
        updated_at=made_at,
    )


def _images(number: int, now: datetime) -> Iterator[ProductImage]:
    for order in (1, 2):
        image = f"products/{number}-{order}.jpg"
        yield ProductImage(
            product_id=numbering.row_id("product", number),
            image=image,
            is_primary=order == 1,
            order=order,
            created_at=now,
        )


def _claim(sku: str, product: int) -> SkuClaim:
    return SkuClaim(sku=sku, product_id=numbering.row_id("product", product))


def _variant(number: int, product: int, now: datetime) -> Variant:
    size = "SML"[number % numbering.VARIANTS]
    return Variant(
        id=numbering.row_id("variant", number),
        product_id=numbering.row_id("product", product),
        name=f"Size {size}",
        sku=numbering.sku(number),
        price=price(product - numbering.FIRST_PRODUCT),
        attributes={"size": size},
        position=number % numbering.VARIANTS,
        created_at=now,
    )


def _stock(number: int, product: int) -> Stock:
    return Stock(sku=numbering.sku(number), product=f"product-{product}", variant="Size", on_hand=UNITS)


def _opening(number: int, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        stock_id=numbering.sku(number),
        at=now,
        delta_on_hand=UNITS,
        delta_held=0,
        reason=LedgerEntry.Reason.OPENING,
    )
