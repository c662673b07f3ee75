"""Categories, products and wishes as JSON: the one maker for REST and cache.

`link` turns what an image column holds (a path in the storage, or a URL) into an address for the reader.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.catalog.models import Category, Product, ProductImage, Variant, Wish
from backend.catalog.tree import Tree
from backend.core import clock, money

type Link = Callable[[str], str]


def categories_json(forest: Tree, *, link: Link) -> dict[str, Any]:
    """The whole tree."""
    return {"results": [_category_json(root, forest, link) for root in forest.under(None)]}


def summary_json(product: Product, *, link: Link) -> dict[str, Any]:
    """The product as lists show it."""
    return {
        "id": str(product.pk),
        "name": product.name,
        "slug": product.slug,
        "price": money.text(product.price),
        "compare_price": _amount(product.compare_price),
        "quantity": product.quantity,
        "is_in_stock": product.is_in_stock,
        "is_featured": product.is_featured,
        "discount_percentage": discount_percentage(product),
        "category": _category_name(product.category),
        "images": [_image_json(image, link) for image in product.images.all()],
        "average_rating": average_rating(product),
        "review_count": product.review_count,
    }


def detail_json(
    product: Product, *, reviews: Sequence[dict[str, Any]], sees_cost: bool, link: Link
) -> dict[str, Any]:
    """The product's page. `reviews` come shaped from their own domain; the cost price is for staff alone."""
    return {
        "id": str(product.pk),
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "price": money.text(product.price),
        "compare_price": _amount(product.compare_price),
        "cost_price": _amount(product.cost_price) if sees_cost else None,
        "sku": product.sku,
        "quantity": product.quantity,
        "is_in_stock": product.is_in_stock,
        "is_featured": product.is_featured,
        "weight": product.weight or None,
        "dimensions": product.dimensions or None,
        "discount_percentage": discount_percentage(product),
        "category": _category_name(product.category),
        "images": [{**_image_json(image, link), "order": image.order} for image in product.images.all()],
        "variants": [_variant_json(variant, product) for variant in product.variants.all()],
        "reviews": list(reviews),
        "average_rating": average_rating(product),
        "review_count": product.review_count,
        "created_at": clock.text(product.created_at),
    }


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


def _category_json(category: Category, forest: Tree, link: Link) -> dict[str, Any]:
    return {
        "id": str(category.pk),
        "name": category.name,
        "slug": category.slug,
        "description": category.description,
        "image": link(category.image) if category.image else None,
        "children": [_category_json(child, forest, link) for child in forest.under(category.pk)],
    }


def _category_name(category: Category | None) -> dict[str, Any] | None:
    return None if category is None else {"id": str(category.pk), "name": category.name}


def _image_json(image: ProductImage, link: Link) -> dict[str, Any]:
    return {
        "id": str(image.pk),
        "image": link(image.image),
        "alt_text": image.alt_text,
        "is_primary": image.is_primary,
    }


def _variant_json(variant: Variant, product: Product) -> dict[str, Any]:
    return {
        "id": str(variant.pk),
        "name": variant.name,
        "sku": variant.sku,
        "price": money.text(product.price if variant.price is None else variant.price),
        "quantity": variant.quantity,
        "attributes": variant.attributes,
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else money.text(amount)
