"""The ladders follow the places. A step is one price put into a sorted array, or taken out of it.

Each is one conditional UPDATE, so that two transactions that change one ladder wait for each other and both
count. Ladders are locked last, after the places, in the order of their categories.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from backend.shelf.standing import Standing

MOST_STEPS = 200  # beyond that, all ladders are made anew in one pass

_OUT = """
UPDATE shelf_ladder
   SET {side} = {side}[:width_bucket(%(cents)s::bigint, {side}) - 1]
             || {side}[width_bucket(%(cents)s::bigint, {side}) + 1:]
 WHERE category_id = %(category)s AND {side}[width_bucket(%(cents)s::bigint, {side})] = %(cents)s
"""
_IN = """
INSERT INTO shelf_ladder AS ladder (category_id, buyable, sold_out)
VALUES (%(category)s, %(buyable)s::bigint[], %(sold_out)s::bigint[])
    ON CONFLICT (category_id) DO UPDATE
   SET {side} = array_append(ladder.{side}[:width_bucket(%(cents)s::bigint, ladder.{side})], %(cents)s)
             || ladder.{side}[width_bucket(%(cents)s::bigint, ladder.{side}) + 1:]
"""
# Whoever has changed a place and not yet its ladder waits for the table, and then changes the new ladder.
_ANEW = """
LOCK TABLE shelf_ladder IN EXCLUSIVE MODE;
DELETE FROM shelf_ladder;
INSERT INTO shelf_ladder (category_id, buyable, sold_out)
SELECT category_id,
       coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE is_buyable), '{}'),
       coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE NOT is_buyable), '{}')
  FROM shelf_place WHERE is_active GROUP BY category_id;
"""


class Rung(NamedTuple):
    """Where a product on sale is counted on ladders."""

    category_id: UUID
    cents: int
    is_buyable: bool


def follow(*, gone: Iterable[Standing | None], come: Iterable[Standing | None]) -> None:
    """Count what stood there no more, and these instead. None is a product that isn't on sale."""
    steps = Counter(_rungs(come))
    steps.subtract(_rungs(gone))
    moves = [(rung, number) for rung, number in sorted(steps.items()) if number]
    if sum(abs(number) for _, number in moves) > MOST_STEPS:
        return rebuild()
    with connection.cursor() as cursor:
        for rung, number in moves:
            for _ in range(abs(number)):
                cursor.execute(*_step(rung, is_in=number > 0))
    return None


def rebuild() -> None:
    """All ladders anew, from the places. Locks the table against writers; readers see the old ones."""
    with connection.cursor() as cursor:
        cursor.execute(_ANEW)


def _rungs(standings: Iterable[Standing | None]) -> Iterator[Rung]:
    return (Rung(one.category_id, one.cents, one.is_buyable) for one in standings if one)


def _step(rung: Rung, *, is_in: bool) -> tuple[str, dict[str, Any]]:
    side, other = ("buyable", "sold_out") if rung.is_buyable else ("sold_out", "buyable")
    values = {"category": rung.category_id, "cents": rung.cents, side: [rung.cents], other: []}
    return (_IN if is_in else _OUT).format(side=side), values
