"""Drafts and actions with the arguments that a test does not care for."""

from decimal import Decimal

from django.utils import timezone

from backend.catalog import actions
from backend.catalog.drafts import ProductDraft, VariantDraft


def draft(sku="LAMP", **fields):
    """A lamp at 10.00."""
    return ProductDraft(**{"name": sku.title(), "sku": sku, "price": Decimal("10.00"), **fields})


def variant(sku, **fields):
    return VariantDraft(**{"name": sku.title(), "sku": sku, **fields})


def create(sku="LAMP", **fields):
    return actions.create_product(draft=draft(sku, **fields), actor_id=None, now=timezone.now())


def update(at, /, sku="LAMP", **fields):
    return actions.update_product(slug=at, draft=draft(sku, **fields), actor_id=None, now=timezone.now())
