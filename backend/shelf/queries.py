"""Which places there are, to be locked."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.shelf.models import Place


def lock_of(product_ids: Iterable[UUID]) -> list[Place]:
    """The places of these products, locked in their order. Raises RuntimeError outside a transaction."""
    return _locked(Place.objects.filter(pk__in=list(product_ids)))


def lock_labelled(slugs: Iterable[str]) -> list[Place]:
    """The places of the products with these slugs, locked likewise."""
    return _locked(Place.objects.filter(slug__in=list(slugs)))


def _locked(rows: QuerySet[Place]) -> list[Place]:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("places are locked inside a transaction")
    return list(rows.select_for_update(no_key=True).defer("words").order_by("pk"))
