"""The smallest valid things, made straight in the tables."""

import itertools
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backend.accounts.models import Address, User
from backend.catalog.models import Category, Product, Variant
from backend.inventory.models import LedgerEntry, Stock

_numbers = itertools.count(1)


def user(email: str = "", **fields: Any) -> User:
    """A verified customer with the password `Secret-pass-1!`."""
    fields = {"first_name": "Pat", "last_name": "Doe", "is_verified": True, **fields}
    made = User(email=email or f"user{next(_numbers)}@shopwire.example", **fields)
    made.set_password("Secret-pass-1!")
    made.save()
    return made


def address(owner: User, **fields: Any) -> Address:
    """An address in New York, for shipping."""
    values = {
        "address_type": "shipping",
        "full_name": "Pat Doe",
        "phone_number": "+1234567890",
        "street_address": "123 Main St",
        "apartment": None,
        "city": "New York",
        "state": "NY",
        "country": "USA",
        "zip_code": "10001",
    }
    return Address.objects.create(user=owner, **{**values, **fields})


def category(slug: str = "things", **fields: Any) -> Category:
    return Category.objects.create(slug=slug, **{"name": slug.title(), **fields})


def stock(*, sku: str, product: str, on_hand: int, variant: str | None = None, threshold: int = 0) -> Stock:
    """A stock row whose opening stands in the ledger. Threshold 0, so that it never warns by chance."""
    row = Stock.objects.create(
        sku=sku, product=product, variant=variant, on_hand=on_hand, threshold=threshold
    )
    LedgerEntry.objects.create(
        stock=row, at=timezone.now(), delta_on_hand=on_hand, delta_held=0, reason=LedgerEntry.Reason.OPENING
    )
    return row


def product(
    *, sku: str = "", quantity: int = 10, price: str = "10.00", threshold: int = 0, **fields: Any
) -> Product:
    """A product without variants, with `quantity` units under its own SKU."""
    sku = sku or f"SKU-{next(_numbers)}"
    fields = {"name": sku.title(), "slug": sku.lower(), "updated_at": timezone.now(), **fields}
    made = Product.objects.create(sku=sku, price=Decimal(price), **fields)
    stock(sku=sku, product=made.slug, on_hand=quantity, threshold=threshold)
    return made


def variant(
    owner: Product, *, sku: str, quantity: int = 10, price: str | None = None, **fields: Any
) -> Variant:
    """A variant with `quantity` units."""
    fields = {"name": sku.title(), **fields}
    made = Variant.objects.create(product=owner, sku=sku, price=price and Decimal(price), **fields)
    stock(sku=sku, product=owner.slug, variant=made.name, on_hand=quantity)
    return made
