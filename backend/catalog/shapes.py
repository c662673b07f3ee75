"""Categories, products and wishes as JSON: the one maker for REST and cache.

A product's texts are made when it changes (representations.py). Where something is read live, a mark stands
that json.dumps can't write, so that no name can forge it; `finished_…` puts what is so now in its place.
"""

import json
import posixpath
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.utils.encoding import filepath_to_uri

from backend.catalog.models import Category, Product, ProductImage, Variant, Wish
from backend.catalog.tree import Tree
from backend.core import clock, money

VERSION = 1  # of the kept texts: one more whenever a text comes out otherwise, or readers get the old one
IMAGES = "\x01"  # the address of the storage, see api/links.py
STOCK = "\x02"  # the values of quantity and is_in_stock
UNITS = "\x03"  # around an SKU: its units
COST = "\x04"
REVIEWS = "\x05"
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def tree_text(forest: Tree) -> str:
    """The whole tree of categories."""
    return _object(_list("results", _branches(None, forest)))


def summary_text(product: Product) -> str:
    """The product as lists show it, its stock marked."""
    head = {
        "id": str(product.pk),
        "name": product.name,
        "slug": product.slug,
        "price": money.text(product.price),
        "compare_price": _amount(product.compare_price),
    }
    tail = {
        "is_featured": product.is_featured,
        "discount_percentage": discount_percentage(product),
        "category": _category_name(product.category),
    }
    images = [f"{{{_image(image)}}}" for image in product.images.all()]
    return _object(
        _pairs(head), f'"quantity":{STOCK}', _pairs(tail), _list("images", images), _rating(product)
    )


def finished_summary(text: str, *, units: int, is_tracked: bool) -> str:
    """The JSON with what can be bought now."""
    return text.replace(STOCK, _stock(units, is_tracked))


def detail_text(product: Product) -> str:
    """The page, all marked that is live or not for everybody; it is given the active variants alone."""
    head = {
        "id": str(product.pk),
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "price": money.text(product.price),
        "compare_price": _amount(product.compare_price),
    }
    live = f'"cost_price":{COST},"sku":{_dumps(product.sku)},"quantity":{STOCK}'
    tail = {
        "is_featured": product.is_featured,
        "weight": product.weight or None,
        "dimensions": product.dimensions or None,
        "discount_percentage": discount_percentage(product),
        "category": _category_name(product.category),
    }
    images = [f'{{{_image(image)},"order":{image.order}}}' for image in product.images.all()]
    variants = [_variant(variant, product) for variant in product.variants.all()]
    lists = [_list("images", images), _list("variants", variants), f'"reviews":{REVIEWS}']
    created_at = {"created_at": clock.text(product.created_at)}
    return _object(_pairs(head), live, _pairs(tail), *lists, _rating(product), _pairs(created_at))


def finished_detail(
    text: str,
    *,
    units: Mapping[str, int],
    is_tracked: bool,
    cost_price: Decimal | None,
    reviews: Iterable[dict[str, Any]],
) -> str:
    """The whole JSON: `units` by SKU as of now, the cost price for staff alone, reviews from their domain."""
    pieces = text.split(UNITS)
    pieces[1::2] = [str(units.get(sku, 0)) for sku in pieces[1::2]]
    text = "".join(pieces).replace(STOCK, _stock(sum(units.values()), is_tracked))
    return text.replace(COST, _dumps(_amount(cost_price))).replace(REVIEWS, _dumps(list(reviews)))


def wish_json(wish: Wish) -> dict[str, Any]:
    """A line of a wishlist."""
    return {
        "product": {
            "id": str(wish.product.pk),
            "name": wish.product.name,
            "slug": wish.product.slug,
            "price": money.text(wish.product.price),
            "quantity": wish.product.quantity,
            "is_in_stock": wish.product.is_in_stock,
        },
        "added_at": clock.text(wish.added_at),
    }


def discount_percentage(product: Product) -> int:
    """By how much the price is below the compare price, in whole percent, halves up; 0 if it isn't."""
    if not product.compare_price or product.compare_price <= product.price:
        return 0
    part = (product.compare_price - product.price) * 100 / product.compare_price
    return int(part.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def average_rating(product: Product) -> float:
    """The mean of the ratings with one place, halves up; 0.0 without reviews."""
    if not product.review_count:
        return 0.0
    mean = Decimal(product.rating_sum) / product.review_count
    return float(mean.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def _branches(parent: UUID | None, forest: Tree) -> list[str]:
    return [_branch(category, forest) for category in forest.under(parent)]


def _branch(category: Category, forest: Tree) -> str:
    values = {
        "id": str(category.pk),
        "name": category.name,
        "slug": category.slug,
        "description": category.description,
    }
    image = _address(category.image) if category.image else "null"
    children = _list("children", _branches(category.pk, forest))
    return _object(_pairs(values), f'"image":{image}', children)


def _category_name(category: Category | None) -> dict[str, Any] | None:
    return None if category is None else {"id": str(category.pk), "name": category.name}


def _image(image: ProductImage) -> str:
    values = {"alt_text": image.alt_text, "is_primary": image.is_primary}
    return f'"id":"{image.pk}","image":{_address(image.image)},{_pairs(values)}'


def _address(image: str) -> str:
    """A URL stays; a path in the storage is marked, and quoted so that it may follow an address."""
    if image.startswith(("http://", "https://")):
        return _dumps(image)
    return f'"{IMAGES}{filepath_to_uri(posixpath.normpath(image))}"'


def _variant(variant: Variant, product: Product) -> str:
    values = {
        "id": str(variant.pk),
        "name": variant.name,
        "sku": variant.sku,
        "price": money.text(product.price if variant.price is None else variant.price),
    }
    quantity = f'"quantity":{UNITS}{variant.sku}{UNITS}'
    return _object(_pairs(values), quantity, _pairs({"attributes": variant.attributes}))


def _rating(product: Product) -> str:
    return _pairs({"average_rating": average_rating(product), "review_count": product.review_count})


def _stock(units: int, is_tracked: bool) -> str:
    """What is not tracked can always be bought."""
    return f'{units},"is_in_stock":{"false" if is_tracked and units < 1 else "true"}'


def _object(*pairs: str) -> str:
    return f"{{{','.join(pairs)}}}"


def _list(name: str, items: Iterable[str]) -> str:
    return f'"{name}":[{",".join(items)}]'


def _pairs(values: Mapping[str, Any]) -> str:
    """The object without its braces."""
    return _dumps(values)[1:-1]


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else money.text(amount)
