"""The blocks follow the places: how many of them come before every 500th, in each order of the shelf.

Blocks are only ever counted anew. What has changed since stands in shifts, rows of their own: products that
sell out at once, in whichever block, wait for nobody. Readers add them up.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from backend.shelf.models import Shift
from backend.shelf.standing import Standing

ORDERS = {
    "cents": "cents, product_id",
    "created_at": "created_at DESC, product_id",
    "name": "name, product_id",
}
SIZE = 500  # places: to walk through so many costs a page some 25 µs
ENOUGH = 200  # shifts, which each reader adds up, are worth counting all anew: a second for a million places

_TELL = """
INSERT INTO shelf_shift (product_id, cents, created_at, name, buyable, sold_out)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[], %s::text[], %s::int[], %s::int[])
"""
_BLOCKS = """
SELECT '{column}' AS ordering, product_id, row_number() OVER places - 1 AS before,
       count(*) FILTER (WHERE is_buyable) OVER places - is_buyable::int AS buyable
  FROM shelf_place WHERE is_active WINDOW places AS (ORDER BY {order} ROWS UNBOUNDED PRECEDING)
"""
# One statement counts and forgets: a place and its shift, which are committed together, are both seen or
# neither. The lock is against another that counts; who writes places or reads blocks never waits for it.
_ANEW = """
LOCK TABLE shelf_block IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM shelf_block;
WITH counted AS (DELETE FROM shelf_shift)
INSERT INTO shelf_block (ordering, number, product_id, cents, created_at, name, buyable, sold_out)
SELECT ordering, before / %(size)s, product_id, cents, created_at, name, first.buyable, before - first.buyable
  FROM ({blocks}) AS first JOIN shelf_place USING (product_id)
 WHERE before > 0 AND before %% %(size)s = 0
"""


def follow(*, gone: Iterable[Standing | None], come: Iterable[Standing | None]) -> None:
    """Tell that these were left, and those taken. None is a product that isn't on sale. Locks nothing."""
    shifted: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    for sign, standings in ((-1, gone), (1, come)):
        for one in filter(None, standings):
            shifted[one.product_id, one.cents, one.created_at, one.name][not one.is_buyable] += sign
    rows = [(*key, *sides) for key, sides in shifted.items() if any(sides)]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [list(column) for column in zip(*rows, strict=True)])


def fold() -> None:
    """Count anew if enough has shifted."""
    if Shift.objects.count() >= ENOUGH:
        rebuild()


def rebuild() -> None:
    """All blocks anew, from the places. Locks the table against others who do the same."""
    blocks = "UNION ALL".join(_BLOCKS.format(column=column, order=order) for column, order in ORDERS.items())
    with connection.cursor() as cursor:
        cursor.execute(_ANEW.format(blocks=blocks), {"size": SIZE})
