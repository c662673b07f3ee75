"""How many products the filters leave, counted on the ladders of the shelf: exact, without reading a product.

A ladder is the sorted prices of a category's products, so a range of them is two binary searches.
"""

from backend.catalog import filters
from backend.catalog.filters import ProductFilter

SIDES = {None: ("buyable", "sold_out"), True: ("buyable",), False: ("sold_out",)}


def count(asked: ProductFilter) -> str:
    """As an SQL expression: how many products the filters leave."""
    return _total(_within(asked), asked)


def facets(asked: ProductFilter, *, ends: list[int]) -> dict[str, str]:
    """By name: (category, number) pairs; how many cost up to each of `ends` and in all; by stock."""
    steps = [" + ".join(f"width_bucket({end}::bigint, {side})" for side in _sides(asked)) for end in ends]
    steps.append(" + ".join(f"cardinality({side})" for side in _sides(asked)))
    price = ", ".join(f"coalesce(sum({step}), 0)::bigint" for step in steps)
    stock = ", ".join(_total(_on(side, asked), asked) for side in SIDES[None])
    return {
        "by_category": f"""
        (SELECT coalesce(json_agg(json_build_array(category_id, {_within(asked)})), '[]')
           FROM shelf_ladder WHERE {_within(asked)} > 0)""",
        "by_price": f"(SELECT ARRAY[{price}] FROM shelf_ladder WHERE {filters.in_branch(asked)})",
        "by_stock": f"ARRAY[{stock}]",
    }


def _sides(asked: ProductFilter) -> tuple[str, ...]:
    return SIDES[asked.in_stock]


def _within(asked: ProductFilter) -> str:
    return "(" + " + ".join(_on(side, asked) for side in _sides(asked)) + ")"


def _on(side: str, asked: ProductFilter) -> str:
    """How many on this side of a ladder lie within the bounds; none where these contradict each other."""
    if asked.min_price is None and asked.max_price is None:
        return f"cardinality({side})"
    up_to = f"cardinality({side})" if asked.max_price is None else f"width_bucket(%(high)s::bigint, {side})"
    if asked.min_price is None:
        return up_to
    return f"greatest(0, {up_to} - width_bucket(%(low)s::bigint - 1, {side}))"


def _total(number: str, asked: ProductFilter) -> str:
    return f"(SELECT coalesce(sum({number}), 0)::bigint FROM shelf_ladder WHERE {filters.in_branch(asked)})"
