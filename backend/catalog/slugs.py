"""Addresses made from names."""

import itertools
from collections.abc import Container

from django.db.models import Model
from django.utils.text import slugify

from backend.catalog.models import Category, Product


def for_product(*, name: str, sku: str, reserved: Container[str]) -> str:
    """A free slug like the name, with a number where that is taken."""
    return _free(Product, slugify(name)[:200] or slugify(sku)[:100] or "product", reserved)


def for_category(*, name: str, parent: Category | None) -> str:
    """A free slug like the name; where that is taken, with the parent's before it, then with a number."""
    base = slugify(name)[:80] or "category"
    if parent is not None and Category.objects.filter(slug=base).exists():
        base = f"{parent.slug[:30]}-{base}"
    return _free(Category, base, ())


def _free(model: type[Model], base: str, reserved: Container[str]) -> str:
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(slug for slug in candidates if slug not in taken and slug not in reserved)
