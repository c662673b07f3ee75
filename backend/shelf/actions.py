"""Put products on the shelf, and turn their places when they sell out or come back.

The caller has opened the transaction and locked the product's row or its stock: places come after both.
"""

from collections.abc import Collection, Iterable

from backend.shelf import ladders
from backend.shelf.ladders import Rung
from backend.shelf.models import Place

_COLUMNS = [field.name for field in Place._meta.concrete_fields if not field.primary_key]


def put(places: Iterable[Place]) -> None:
    """Make the places so, and their ladders. The caller has locked those that were there before."""
    fresh = sorted(places, key=lambda place: place.product_id)
    known = Place.objects.filter(pk__in=[place.pk for place in fresh]).defer("words").in_bulk()
    Place.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["product_id"], update_fields=_COLUMNS
    )
    ladders.follow(gone=map(_rung, known.values()), come=map(_rung, fresh))


def turn(*, places: Iterable[Place], buyable: Collection[str]) -> None:
    """These locked places can be bought from if their slug is in `buyable`, or if their units don't count."""
    turned = [
        place for place in places if place.is_buyable != (place.slug in buyable or not place.is_tracked)
    ]
    gone = [_rung(place) for place in turned]
    for place in turned:
        place.is_buyable = not place.is_buyable
        place.save(update_fields=["is_buyable"])
    ladders.follow(gone=gone, come=map(_rung, turned))


def _rung(place: Place) -> Rung | None:
    return Rung(place.category_id, place.cents, place.is_buyable) if place.is_active else None
