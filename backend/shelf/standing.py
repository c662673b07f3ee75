"""Where a product on sale stands: what ladders and blocks count it by."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.shelf.models import Place


class Standing(NamedTuple):
    """A category, a position in each order, and a side: to be bought, or sold out."""

    product_id: UUID
    category_id: UUID
    cents: int
    created_at: datetime
    name: str
    is_buyable: bool


def of(place: Place) -> Standing | None:
    """None of a product that isn't on sale: nothing counts it."""
    return Standing(*(getattr(place, field) for field in Standing._fields)) if place.is_active else None
