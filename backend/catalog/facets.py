"""How many products each further choice would leave: by category, price range and stock.

A facet counts under every filter but its own, so that its other choices show what they would find.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from backend.catalog import filters
from backend.catalog.filters import ProductFilter
from backend.catalog.tree import Census
from backend.core import money

STEPS = [Decimal(step) for step in (0, 25, 50, 100, 250, 500, 1000)]
_STARTS = [money.text(step) for step in STEPS]
_ENDS = [money.text(step - money.CENT) for step in STEPS[1:]]
LAST_CENTS = [money.to_minor(step) - 1 for step in STEPS[1:]]  # of each step but the last, which has no end
COLUMNS = ("by_category", "by_price", "by_stock")


def tallied(asked: ProductFilter) -> dict[str, str]:
    """Columns of the CTE `tally` (ranking.py). The category's filter concerns whole rows of it."""
    in_price, in_stock = filters.in_price(asked), filters.in_stock(asked)
    counts = {
        "buyable": f"{in_price} AND is_buyable",
        "sold_out": f"{in_price} AND NOT is_buyable",
        **{f"up_to_{end}": f"{in_stock} AND cents <= {end}" for end in LAST_CENTS},
        "at_any": in_stock,
    }
    return {name: f"count(*) FILTER (WHERE {condition})" for name, condition in counts.items()}


def of_tally(asked: ProductFilter) -> dict[str, str]:
    """As SQL, the same as ladders.facets, of the CTE `tally`."""
    steps = [*(f"up_to_{end}" for end in LAST_CENTS), "at_any"]
    return {
        "by_category": """
        (SELECT coalesce(json_agg(json_build_array(category_id, number)), '[]')
           FROM tally WHERE number > 0)""",
        "by_price": _sums(asked, steps),
        "by_stock": _sums(asked, ["buyable", "sold_out"]),
    }


def _sums(asked: ProductFilter, names: list[str]) -> str:
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in names)
    return f"(SELECT ARRAY[{sums}] FROM tally WHERE {filters.in_branch(asked)})"


def shaped(
    *, by_category: Sequence[Any], by_price: Sequence[int], by_stock: Sequence[int], census: Census
) -> str:
    """The three columns as the answer has them, as JSON. Categories count what is under them too."""
    buyable, sold_out = by_stock
    others = json.dumps({"price": _by_price(by_price), "in_stock": {"true": buyable, "false": sold_out}})
    return f'{{"category": {census.of(by_category)}, {others[1:]}'


def _by_price(up_to: Sequence[int]) -> list[dict[str, Any]]:
    """Ranges with both ends inside, as `min_price` and `max_price` take them; the last has no end."""
    numbers = [after - before for before, after in pairwise([0, *up_to])]
    return [
        {"min": start, "max": end, "count": number}
        for start, end, number in zip(_STARTS, [*_ENDS, None], numbers, strict=True)
        if number
    ]
