"""What a search finds, as SQL: how much of it lies where, and the best of it, tier by tier.

Words are looked up in their index and nowhere else: they lie outside their rows (shelf, 0002_narrow), so that
a row costs little to count. The planner is shown no word: of a frequent one it believes that reading every
row with its words were the shorter way.

Every name in here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog import filters
from backend.catalog.filters import ProductFilter

_TALLY = """
tally AS MATERIALIZED (
    SELECT category_id, {columns} FROM shelf_place
     WHERE is_active AND words @@ (SELECT %(widest)s::tsquery) AND {condition} GROUP BY category_id)"""
_TOTAL = """
total AS MATERIALIZED (SELECT coalesce(sum(number), 0)::bigint AS number FROM tally WHERE {condition})"""
# A row a tier: the ids so far, best first, then its own. The next one is looked at only if that is
# not enough and there are more. OFFSET 0 has what is found sorted: left to itself, the planner walks a sorted
# index until it has met enough of it.
_RANKED = """
ranked(tier, ids) AS (
    SELECT 0, '{{}}'::uuid[]
     UNION ALL
    SELECT tier + 1, ids || ARRAY(
           SELECT product_id FROM (
                  SELECT product_id, cents, created_at, name FROM shelf_place
                   WHERE is_active AND words @@ (%(tiers)s::tsquery[])[tier + 1] AND {condition}
                     AND NOT EXISTS (SELECT FROM unnest(ids) AS better WHERE better = product_id)
                  OFFSET 0) AS fresh
            ORDER BY {order} LIMIT %(start)s + %(size)s - cardinality(ids))
      FROM ranked
     WHERE cardinality(ids) < least(%(start)s + %(size)s, (SELECT number FROM total))
       AND tier < cardinality(%(tiers)s::tsquery[]))"""


def found(asked: ProductFilter, *, order: str, columns: dict[str, str]) -> str:
    """CTEs: `tally` has these columns of what is found, by category; `total` the `number`; `ranked` the ids.

    Facets count what their own filter leaves out, too: with columns, the tally has all that is found.
    """
    within = f"{filters.in_price(asked)} AND {filters.in_stock(asked)}"
    counted = {"number": f"count(*) FILTER (WHERE {within})", **columns}
    tally = _TALLY.format(
        columns=", ".join(f"{value} AS {name}" for name, value in counted.items()),
        condition="TRUE" if columns else filters.everything(asked),
    )
    total = _TOTAL.format(condition=filters.in_branch(asked))
    ranked = _RANKED.format(condition=filters.everything(asked), order=order)
    return f"WITH RECURSIVE {tally}, {total}, {ranked}"


CHOSEN = "(SELECT ids[%(start)s + 1:] FROM ranked ORDER BY tier DESC LIMIT 1)"
