"""Drafts and actions with the arguments that a test does not care for."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backend.catalog import actions, shelving
from backend.catalog.drafts import ProductDraft, VariantDraft
from backend.catalog.models import Product
from backend.reviews.models import Review


def draft(sku="LAMP", **fields):
    """A lamp at 10.00."""
    return ProductDraft(**{"name": sku.title(), "sku": sku, "price": Decimal("10.00"), **fields})


def variant(sku, **fields):
    return VariantDraft(**{"name": sku.title(), "sku": sku, **fields})


def create(sku="LAMP", **fields):
    return actions.create_product(draft=draft(sku, **fields), actor_id=None, now=timezone.now())


def update(at, /, sku="LAMP", **fields):
    return actions.update_product(slug=at, draft=draft(sku, **fields), actor_id=None, now=timezone.now())


def made_at(now, **which):
    """As if these products had been made then."""
    Product.objects.filter(**which).update(created_at=now)
    with transaction.atomic():
        shelving.refresh(Product.objects.filter(**which).values_list("pk", flat=True))


def reviewed(product, user, **fields):
    actions.record_rating(product_id=product.pk, rating_delta=5, count_delta=1, now=timezone.now())
    fields = {"rating": 5, "title": "Good", "comment": "Very.", **fields}
    return Review.objects.create(product=product, user=user, **fields)


BODY = {
    "name": 'MacBook Pro 16"',
    "description": "Powerful.",
    "price": "2499.99",
    "compare_price": "2999.99",
    "cost_price": "1500.00",
    "sku": "MBPRO",
    "category": "laptops",
    "quantity": 15,
    "weight": "2.1",
    "dimensions": "35 x 24 x 1.6 cm",
    "is_featured": True,
    "low_stock_threshold": 3,
    "variants": [
        {"name": "512", "sku": "MB-512", "price": "2399.00", "quantity": 10, "attributes": {"ram": "16GB"}}
    ],
    "images": [{"image": "products/1.png", "alt_text": "Front", "is_primary": True, "order": 1}],
}
