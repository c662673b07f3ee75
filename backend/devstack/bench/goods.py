"""The catalogue of the bench, written in bulk: by the actions it would take an hour.

What the actions would leave behind is there: claimed SKUs, opening lines in the ledger; and what they keep
beside each product follows (keeping.py).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from backend.catalog.models import Category, Product, ProductImage, SkuClaim, Variant
from backend.devstack.bench import catalogue, numbering
from backend.devstack.bench.catalogue import Catalogue, Item
from backend.devstack.bench.copying import write
from backend.inventory.models import LedgerEntry, Stock

UNITS = 1_000_000  # nothing sells out meanwhile, nothing runs low

type Values = dict[str, Any]


def load(paper: Catalogue, *, now: datetime, say: Callable[[str], None]) -> None:
    """Its products with three variants and two pictures each. `say` hears what is being copied."""
    numbered = list(enumerate(paper.items, numbering.FIRST_PRODUCT))
    sold = list(numbering.skus(products=len(paper.items)))
    units = {sku: _units(paper, product) for sku, product in sold}
    claims = itertools.chain(
        (_claim(f"P-{number}", number) for number, _ in numbered),
        (_claim(numbering.sku(sku), product) for sku, product in sold),
    )
    copied: list[tuple[type[Model], Iterable[Values]]] = [
        (Category, _categories(paper, now)),
        (Product, (_product(number, item, now) for number, item in numbered)),
        (ProductImage, (image for number, _ in numbered for image in _images(number, now))),
        (Variant, (_variant(sku, product, now) for sku, product in sold)),
        (SkuClaim, claims),
        (Stock, (_stock(sku, product, units[sku]) for sku, product in sold)),
        (LedgerEntry, (_opening(sku, units[sku], now) for sku, _ in sold if units[sku])),
    ]
    for model, rows in copied:
        say(f"copying {model._meta.verbose_name_plural}, {len(numbered):,} products'")
        write(model, rows)


def _units(paper: Catalogue, product: int) -> int:
    return 0 if paper.items[product - numbering.FIRST_PRODUCT].is_sold_out else UNITS


def _categories(paper: Catalogue, now: datetime) -> Iterator[Values]:
    for place, shelf in enumerate(paper.shelves):
        yield {
            "id": numbering.category_id(place),
            "name": shelf.name,
            "slug": catalogue.slug(place),
            "parent_id": None if shelf.parent is None else numbering.category_id(shelf.parent),
            "created_at": now,
        }


def _product(number: int, item: Item, now: datetime) -> Values:
    made_at = now - timedelta(minutes=item.age)
    return {
        "id": numbering.row_id("product", number),
        "name": item.name,
        "slug": f"product-{number}",
        "sku": f"P-{number}",
        "description": item.description,
        "price": item.price,
        "category_id": numbering.category_id(item.leaf),
        "created_at": made_at,
        "updated_at": made_at,
    }


def _images(number: int, now: datetime) -> Iterator[Values]:
    for order in (1, 2):
        yield {
            "product_id": numbering.row_id("product", number),
            "image": f"products/{number}-{order}.jpg",
            "is_primary": order == 1,
            "order": order,
            "created_at": now,
        }


def _claim(sku: str, product: int) -> Values:
    return {"sku": sku, "product_id": numbering.row_id("product", product)}


def _variant(number: int, product: int, now: datetime) -> Values:
    size = "SML"[number % numbering.VARIANTS]
    return {
        "id": numbering.row_id("variant", number),
        "product_id": numbering.row_id("product", product),
        "name": f"Size {size}",
        "sku": numbering.sku(number),
        "attributes": {"size": size},
        "position": number % numbering.VARIANTS,
        "created_at": now,
    }


def _stock(number: int, product: int, units: int) -> Values:
    return {
        "sku": numbering.sku(number),
        "product": f"product-{product}",
        "variant": f"Size {'SML'[number % numbering.VARIANTS]}",
        "on_hand": units,
    }


def _opening(number: int, units: int, now: datetime) -> Values:
    return {
        "stock_id": numbering.sku(number),
        "at": now,
        "delta_on_hand": units,
        "delta_held": 0,
        "reason": LedgerEntry.Reason.OPENING,
    }
