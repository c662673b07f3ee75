"""Put products on the shelf, and turn their places when they sell out or come back.

The caller has opened the transaction and locked the product's row or its stock: places come after both.
"""

from collections.abc import Collection, Iterable
from itertools import batched

from django.db import connection

from backend.core import transactions
from backend.shelf import blocks, ladders, standing
from backend.shelf.blocks import Branches
from backend.shelf.models import Place
from backend.shelf.standing import Standing

BATCH = 1000
_COLUMNS = [field.name for field in Place._meta.concrete_fields]
# An array a column, so that one statement writes thousands and is no longer for it.
_PUT = """INSERT INTO "shelf_place" ("product_id", "slug", "category_id", "cents", "created_at", "name",
                           "is_active", "is_tracked", "is_buyable", "words", "words_version")
SELECT product_id, slug, category_id, cents, created_at, name,
       is_active, is_tracked, is_buyable, words::tsvector, words_version
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[],
              %s::boolean[], %s::boolean[], %s::boolean[], %s::text[], %s::int[])
       AS fresh(product_id, slug, category_id, cents, created_at, name,
                is_active, is_tracked, is_buyable, words, words_version)
    ON CONFLICT (product_id) DO UPDATE
   SET slug = EXCLUDED.slug, category_id = EXCLUDED.category_id, cents = EXCLUDED.cents,
       created_at = EXCLUDED.created_at, name = EXCLUDED.name, is_active = EXCLUDED.is_active,
       is_tracked = EXCLUDED.is_tracked, is_buyable = EXCLUDED.is_buyable, words = EXCLUDED.words,
       words_version = EXCLUDED.words_version
"""


def put(places: Iterable[Place]) -> None:
    """Make the places so, some at a time, then count them. The caller has locked those that were there."""
    gone: list[Standing | None] = []
    come: list[Standing | None] = []
    for fresh in batched(places, BATCH):
        known = Place.objects.filter(pk__in=[place.pk for place in fresh]).defer("words")
        gone += map(standing.of, known)
        come += map(standing.of, fresh)
        with connection.cursor() as cursor:
            cursor.execute(_PUT, [[getattr(place, name) for place in fresh] for name in _COLUMNS])
    _count(gone=gone, come=come)


def turn(*, places: Iterable[Place], buyable: Collection[str]) -> None:
    """These locked places can be bought from if their slug is in `buyable`, or if their units don't count."""
    turned = [
        place for place in places if place.is_buyable != (place.slug in buyable or not place.is_tracked)
    ]
    gone = [standing.of(place) for place in turned]
    for place in turned:
        place.is_buyable = not place.is_buyable
        place.save(update_fields=["is_buyable"])
    _count(gone=gone, come=[standing.of(place) for place in turned])


@transactions.retried
def fold(*, branches: Branches) -> None:
    """Count the blocks anew if so much has shifted that readers would feel it. Locks them alone.

    `branches` are sets of categories, by name, whose places somebody may ask for together.
    """
    blocks.fold(branches=branches)


def _count(*, gone: list[Standing | None], come: list[Standing | None]) -> None:
    ladders.follow(gone=gone, come=come)
    blocks.follow(gone=gone, come=come)
