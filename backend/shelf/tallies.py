"""Tallies: how many places that cost less than so much come before a block, of the shop or a large branch.

The difference of two says where the places of a range of prices stand in any order, without walking past the
others. They are kept for some prices and some blocks only, as few in a shop of any size. They are counted
with the blocks (blocks.py) and never changed: shifts tell what has.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from backend.shelf.models import Tally

MANY = 5000  # places: a branch of less is read from its index and sorted, or found by its shares
STEP = 100  # places at least from one price to the next: those of a step across a bound are looked at
STEPS = 250  # at most
STRIDES = 40  # of as many blocks each: half of one is walked through

# Parts of the statement that counts the blocks. A price that many places have begins and ends a step, and the
# last step ends beyond the dearest. What lies in one step and one stride is counted, then added up.
COUNTED = """
     branches AS (
     SELECT * FROM unnest(%(names)s::text[], %(categories)s::uuid[]) AS one(branch, category_id)),
     members AS MATERIALIZED (
     SELECT '' AS branch, ordering, cents, is_buyable, before FROM places
      UNION ALL
     SELECT branch, ordering, cents, is_buyable, before FROM places JOIN branches USING (category_id)),
     ranked AS (
     SELECT branch, cents, row_number() OVER (PARTITION BY branch ORDER BY cents) - 1 AS rank,
            count(*) OVER (PARTITION BY branch) AS size FROM members WHERE ordering = 'cents'),
     firsts AS (
     SELECT branch, cents, count(*) AS times FROM ranked
      WHERE rank %% greatest(%(step)s, size / %(steps)s) = 0 GROUP BY branch, cents),
     steps AS MATERIALIZED (
     SELECT branch, array_agg(cents ORDER BY cents) AS prices
       FROM (SELECT branch, cents FROM firsts
              UNION SELECT branch, cents + 1 FROM firsts WHERE times > 1
              UNION SELECT branch, max(cents) + 1 FROM ranked GROUP BY branch) AS each GROUP BY branch),
     strides AS (
     SELECT greatest(1, max(before) / %(size)s / %(strides)s) AS blocks, max(before) AS last FROM places),
     cells AS (
     SELECT branch, ordering, width_bucket(cents, prices) AS step, before / (%(size)s * blocks) AS stride,
            count(*) FILTER (WHERE is_buyable) AS buyable, count(*) FILTER (WHERE NOT is_buyable) AS sold_out
       FROM members JOIN steps USING (branch) CROSS JOIN strides GROUP BY 1, 2, 3, 4),
     cheaper AS (
     SELECT branch, ordering, step, stride, sum(coalesce(buyable, 0)) OVER below AS buyable,
            sum(coalesce(sold_out, 0)) OVER below AS sold_out
       FROM unnest(%(orders)s::text[]) AS ordering CROSS JOIN steps CROSS JOIN strides
      CROSS JOIN generate_series(0, cardinality(prices) - 1) AS step
      CROSS JOIN generate_series(0, last / (%(size)s * blocks)) AS stride
       LEFT JOIN cells USING (branch, ordering, step, stride)
     WINDOW below AS (PARTITION BY branch, ordering, stride ORDER BY step)),
     earlier AS (
     SELECT branch, ordering, step, stride, sum(buyable) OVER up_to AS buyable,
            sum(sold_out) OVER up_to AS sold_out
       FROM cheaper WINDOW up_to AS (PARTITION BY branch, ordering, step ORDER BY stride)),
     tallied AS (
     INSERT INTO shelf_tally (ordering, branch, cents, blocks, buyable, sold_out)
     SELECT ordering, branch, prices[step + 1], blocks,
            array_agg(buyable ORDER BY stride), array_agg(sold_out ORDER BY stride)
       FROM earlier JOIN steps USING (branch) CROSS JOIN strides
      GROUP BY ordering, branch, prices[step + 1], blocks)
"""


def large(branches: Mapping[str, Collection[UUID]]) -> dict[str, Collection[UUID]]:
    """Those of the branches (categories by the branch's name) that are worth tallies of their own."""
    sizes: defaultdict[UUID, int] = defaultdict(int, _sizes())
    return {name: ids for name, ids in branches.items() if sum(sizes[one] for one in ids) >= MANY}


def counted() -> set[str]:
    """The names of the branches that have tallies."""
    return set(Tally.objects.exclude(branch="").values_list("branch", flat=True).distinct())


def values(branches: Mapping[str, Collection[UUID]]) -> dict[str, Any]:
    """What the parts name, but for what the blocks name too. Of the branches, the large ones are counted."""
    pairs = [(name, one) for name, ids in large(branches).items() for one in ids]
    return {
        "names": [name for name, _ in pairs],
        "categories": [one for _, one in pairs],
        "step": STEP,
        "steps": STEPS,
        "strides": STRIDES,
    }


def _sizes() -> Iterator[tuple[UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT category_id, cardinality(buyable) + cardinality(sold_out) FROM shelf_ladder")
        yield from cursor.fetchall()
