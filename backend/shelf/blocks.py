"""The blocks follow the places: how many of them come before every 500th, in each order of the shelf.

Blocks are only ever counted anew, and with them each category's share (in which blocks its places are) and
the tallies of prices (tallies.py). What has changed since stands in shifts, rows of their own: products that
sell out at once, in whichever block, wait for nobody. Readers add them up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from django.db import connection
from django.db.models import Q

from backend.shelf import tallies
from backend.shelf.models import Block, Shift
from backend.shelf.standing import Standing

Branches = Mapping[str, Collection[UUID]]  # categories by the branch's name

ORDERS = {
    "cents": "cents, product_id",
    "created_at": "created_at DESC, product_id",
    "name": "name, product_id",
}
SIZE = 500  # places: to walk through so many costs a page some 25 µs
ENOUGH = 200  # shifts, which each reader adds up, are worth counting all anew: seconds for a million places

_TELL = """
INSERT INTO shelf_shift (product_id, category_id, cents, created_at, name, buyable, sold_out)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[],
                     %s::int[], %s::int[])
"""
_PLACES = """
SELECT '{column}' AS ordering, product_id, category_id, cents, is_buyable,
       row_number() OVER places - 1 AS before,
       count(*) FILTER (WHERE is_buyable) OVER places - is_buyable::int AS buyable
  FROM shelf_place WHERE is_active WINDOW places AS (ORDER BY {order} ROWS UNBOUNDED PRECEDING)
"""
# One statement counts and forgets: a place and its shift, which are committed together, are both seen or
# neither. The lock is against another that counts; who writes places or reads blocks never waits for it.
_ANEW = """
LOCK TABLE shelf_block IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM shelf_block;
DELETE FROM shelf_share;
DELETE FROM shelf_tally;
WITH counted AS (DELETE FROM shelf_shift),
     places AS ({places}),
     shared AS (
     INSERT INTO shelf_share (ordering, category_id, buyable, sold_out)
     SELECT ordering, category_id,
            coalesce(array_agg(number ORDER BY number) FILTER (WHERE is_buyable), '{{}}'),
            coalesce(array_agg(number ORDER BY number) FILTER (WHERE NOT is_buyable), '{{}}')
       FROM (SELECT ordering, category_id, is_buyable, before / %(size)s AS number FROM places) AS numbered
      GROUP BY ordering, category_id),
{tallied}
INSERT INTO shelf_block (ordering, number, product_id, cents, created_at, name, buyable, sold_out,
                         has_shares, has_tallies)
SELECT ordering, before / %(size)s, product_id, place.cents, created_at, name,
       first.buyable, before - first.buyable, TRUE, TRUE
  FROM places AS first JOIN shelf_place AS place USING (product_id)
 WHERE before > 0 AND before %% %(size)s = 0
"""


def follow(*, gone: Iterable[Standing | None], come: Iterable[Standing | None]) -> None:
    """Tell that these were left, and those taken. None is a product that isn't on sale. Locks nothing."""
    shifted: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    for sign, standings in ((-1, gone), (1, come)):
        for one in filter(None, standings):
            key = one.product_id, one.category_id, one.cents, one.created_at, one.name
            shifted[key][not one.is_buyable] += sign
    rows = [(*key, *sides) for key, sides in shifted.items() if any(sides)]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [list(column) for column in zip(*rows, strict=True)])


def fold(*, branches: Branches) -> None:
    """Count anew if enough has shifted, if other branches are large now, or if a version before has told
    without categories or counted less.
    """
    if (
        Shift.objects.count() >= ENOUGH
        or Shift.objects.filter(category_id=None).exists()
        or Block.objects.filter(Q(has_shares=False) | Q(has_tallies=False)).exists()
        or tallies.counted() != set(tallies.large(branches))
    ):
        rebuild(branches=branches)


def rebuild(*, branches: Branches = MappingProxyType({})) -> None:
    """All blocks, shares and tallies anew, from the places; tallies also of the large ones of these branches.

    Locks the blocks against others who do the same.
    """
    places = "UNION ALL".join(_PLACES.format(column=column, order=order) for column, order in ORDERS.items())
    with connection.cursor() as cursor:
        anew = _ANEW.format(places=places, tallied=tallies.COUNTED.strip())
        cursor.execute(anew, {"size": SIZE, "orders": list(ORDERS), **tallies.values(branches)})
