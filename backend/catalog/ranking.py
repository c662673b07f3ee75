"""What a search finds, as SQL: how much of it lies where, and the best of it, tier by tier.

Words are looked up in their index and nowhere else: they lie outside their rows (shelf, 0002_narrow), so that
a row costs little to count. The planner is shown no word: of a frequent one it believes that reading every
row with its words were the shorter way.

Every name in here that looks like %(so)s is a value of listing.py.
"""

from backend.catalog import filters
from backend.catalog.filters import Order, ProductFilter

_FOUND = """
    shelf_place WHERE is_active AND words @@ {query} AND {condition}"""
_KEPT = """
kept AS MATERIALIZED (SELECT {columns} FROM {found}),"""
_TALLY = """
tally AS MATERIALIZED (SELECT category_id, {columns} FROM {found} GROUP BY category_id)"""
_TOTAL = """
total AS MATERIALIZED (SELECT coalesce(sum(number), 0)::bigint AS number FROM tally WHERE {condition})"""
# A row a tier: the ids so far, best first, then its own. The next one is looked at only if that is
# not enough and there are more.
_RANKED = """
ranked(tier, ids) AS (
    SELECT 0, '{{}}'::uuid[]
     UNION ALL
    SELECT tier + 1, ids || {fresh}
      FROM ranked
     WHERE cardinality(ids) < least(%(start)s + %(size)s, (SELECT number FROM total))
       AND tier < cardinality(%(tiers)s::tsquery[]))"""
# OFFSET 0 has what is found sorted: left to itself, the planner walks a sorted index until it has met enough.
_FRESH = """ARRAY(
           SELECT product_id FROM (
                  SELECT product_id, {column} FROM {found}
                     AND NOT EXISTS (SELECT FROM unnest(ids) AS better WHERE better = product_id)
                  OFFSET 0) AS fresh
            ORDER BY {order} LIMIT %(start)s + %(size)s - cardinality(ids))"""
_LAST = "CASE WHEN tier + 1 = cardinality(%(tiers)s::tsquery[]) THEN {last} ELSE {other} END"
_WIDEST, _NEXT = "(SELECT %(widest)s::tsquery)", "(%(tiers)s::tsquery[])[tier + 1]"


def found(asked: ProductFilter, *, order: Order, columns: dict[str, str], is_far: bool) -> str:
    """CTEs: `tally` has these columns of what is found, by category; `total` the `number`; `ranked` the ids.

    Facets count what their own filter leaves out, too: with columns, the tally has all that is found. A page
    far down (`is_far`) needs most of it a second time, so it is kept.
    """
    everything = filters.everything(asked)
    all_found = _FOUND.format(query=_WIDEST, condition="TRUE" if columns else everything)
    total = _TOTAL.format(condition=filters.in_branch(asked))
    fresh = _fresh(order, _FOUND.format(query=_NEXT, condition=everything))
    if not is_far:
        return _ctes(_tally(asked, columns, all_found), total, fresh)
    names = dict.fromkeys(("product_id", "category_id", "is_buyable", "cents", order.column))
    kept = _KEPT.format(columns=", ".join(names), found=all_found)
    last = _fresh(order, f"kept WHERE {everything}")
    return _ctes(kept + _tally(asked, columns, "kept"), total, _LAST.format(last=last, other=fresh))


def _ctes(tally: str, total: str, fresh: str) -> str:
    return f"WITH RECURSIVE {tally}, {total}, {_RANKED.format(fresh=fresh)}"


def _tally(asked: ProductFilter, columns: dict[str, str], found: str) -> str:
    within = f"{filters.in_price(asked)} AND {filters.in_stock(asked)}"
    counted = {"number": f"count(*) FILTER (WHERE {within})", **columns}
    return _TALLY.format(
        columns=", ".join(f"{value} AS {name}" for name, value in counted.items()), found=found
    )


def _fresh(order: Order, found: str) -> str:
    return _FRESH.format(column=order.column, found=found, order=order.forwards)


CHOSEN = "(SELECT ids[%(start)s + 1:] FROM ranked ORDER BY tier DESC LIMIT 1)"
