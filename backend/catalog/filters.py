"""The product list as somebody asks for it: filters that combine, as conditions of SQL, and total orders."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from backend.catalog.forest import Branch
from backend.core import money

Ordering = Literal["price", "-price", "created_at", "-created_at", "name"]


@dataclass(frozen=True, kw_only=True)
class ProductFilter:
    """What is asked for, None for nothing. Price bounds are inclusive, a category covers all under it."""

    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    search: str = ""
    ordering: Ordering | None = None

    @property
    def has_bounds(self) -> bool:
        """Whether a range of prices is asked for."""
        return self.min_price is not None or self.max_price is not None


@dataclass(frozen=True)
class Order:
    """A place's column to sort by, with ids for ties, and the same backwards: one index reads both ways."""

    column: str
    forwards: str
    backwards: str


def _orders(column: str, one: str, other: str) -> tuple[Order, Order]:
    return Order(column, one, other), Order(column, other, one)


_CHEAPEST, _DEAREST = _orders("cents", "cents, product_id", "cents DESC, product_id DESC")
_NEWEST, _OLDEST = _orders("created_at", "created_at DESC, product_id", "created_at, product_id DESC")
_BY_NAME, _ = _orders("name", "name, product_id", "name DESC, product_id DESC")
_ORDERS = {
    "price": _CHEAPEST,
    "-price": _DEAREST,
    "-created_at": _NEWEST,
    "created_at": _OLDEST,
    "name": _BY_NAME,
}


def order(ordering: Ordering | None) -> Order:
    """As asked, else newest first."""
    return _ORDERS[ordering or "-created_at"]


def values(asked: ProductFilter, branch: Branch | None) -> dict[str, Any]:
    """What the conditions below name. `branch`: the category's that is asked for."""
    low = None if asked.min_price is None else money.to_minor(asked.min_price)
    high = None if asked.max_price is None else money.to_minor(asked.max_price)
    named = {} if branch is None else {"branch": branch.array, "branch_name": branch.name}
    return {"low": low, "high": high, **named}


def in_branch(asked: ProductFilter) -> str:
    """Of a place, a ladder or what was found: whether it lies in the category."""
    return "TRUE" if asked.category is None else "category_id = ANY(%(branch)s::uuid[])"


def in_price(asked: ProductFilter) -> str:
    """Of a place or what was found: whether its price lies within the bounds."""
    bounds = [("cents >= %(low)s", asked.min_price), ("cents <= %(high)s", asked.max_price)]
    return " AND ".join(condition for condition, bound in bounds if bound is not None) or "TRUE"


def in_stock(asked: ProductFilter) -> str:
    """Of a place or what was found: whether it can be bought, or can't, as asked."""
    return {None: "TRUE", True: "is_buyable", False: "NOT is_buyable"}[asked.in_stock]


def everything(asked: ProductFilter) -> str:
    """All of them."""
    return f"{in_branch(asked)} AND {in_price(asked)} AND {in_stock(asked)}"
