"""What guests ask of the product list, no two alike, so that none is answered from a cache.

The catalogue is known on paper, so that a page that is asked for exists.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from math import ceil, log2
from random import Random
from urllib.parse import urlencode

from backend.devstack.bench import catalogue
from backend.devstack.bench.catalogue import Catalogue

PRODUCTS = "/api/v1/products/"
PAGE = 20
_ABOVE_ALL_PRICES = 1_100
# In a hundred. None is the newest first, which most people leave as it is.
ORDERINGS: dict[str | None, int] = {
    None: 40,
    "price": 20,
    "-price": 10,
    "name": 10,
    "created_at": 10,
    "-created_at": 10,
}
STOCKS: dict[bool | None, int] = {None: 60, True: 30, False: 10}

type Words = dict[str, str]
type Prices = tuple[Decimal, Decimal]  # the lower first


@dataclass(frozen=True)
class Question:
    """A GET, and what kind it is of."""

    kind: str
    path: str


def question(kind: str, words: Words) -> Question:
    """To the product list."""
    return Question(kind, PRODUCTS + (f"?{urlencode(words)}" if words else ""))


class Guests:
    """They ask the same things in the same order for the same catalogue."""

    def __init__(self, paper: Catalogue) -> None:
        self._random = Random("guests")  # noqa: S311  (the same on every machine)
        self._paper = paper
        self._prices = _prices(paper)
        self._asked: set[str] = set()
        self._tie_breaks = count()

    def popular(self) -> list[Question]:
        """The first pages that everybody sees: of the shop and of its ten largest categories."""
        by_size = sorted(
            (place for place, stock in self._prices if place is not None and stock is None),
            key=lambda place: -len(self._prices[place, None]),
        )
        slugs = [catalogue.slug(place) for place in by_size[:10]]
        return [question("popular", {}), *(question("popular", {"category": it}) for it in slugs)]

    def lists(self, number: int) -> Iterator[Question]:
        """In a hundred: 45 look at a category, 20 at its price range, 15 at one of the shop, 20 at the shop.

        Of these last, half open any page of all. Elsewhere half see the first page, a quarter the second, and
        so on.
        """
        kinds: dict[Callable[[], Question], int] = {
            self._category: 45,
            self._category_by_price: 20,
            self._shop_by_price: 15,
            self._shop: 10,
            self._deep: 10,
        }
        for _ in range(number):
            yield self._choice(kinds)()

    def shelf_of_somebody(self) -> int:
        """A category by how much lies in it: mostly a leaf, also what leaves lie in."""
        path = list(self._paper.path(self._random.choice(self._paper.items).leaf))
        return self._random.choices(path, [4, 1, 1][: len(path)])[0]

    def range_of_prices(self) -> Prices:
        """Two prices of products."""
        one, other = (self._random.choice(self._paper.items).price for _ in range(2))
        return min(one, other), max(one, other)

    def pages(self, shelf: int | None, stock: bool | None, prices: Prices | None) -> int:
        """How many there are of what the filters leave, one at least."""
        found = self._prices[shelf, stock]
        number = len(found)
        if prices is not None:
            number = bisect_right(found, prices[1]) - bisect_left(found, prices[0])
        return ceil(number / PAGE) or 1

    def ask(self, kind: str, words: Words) -> Question:
        """With a price bound that nothing exceeds, where the same was asked before."""
        asked = question(kind, words)
        while asked.path in self._asked:
            bound = _ABOVE_ALL_PRICES + next(self._tie_breaks) / 100
            asked = question(kind, {**words, "max_price": f"{bound:.2f}"})
        self._asked.add(asked.path)
        return asked

    def _category(self) -> Question:
        return self._page("category", shelf=self.shelf_of_somebody())

    def _category_by_price(self) -> Question:
        shelf, prices = self.shelf_of_somebody(), self.range_of_prices()
        return self._page("category, price", shelf=shelf, prices=prices)

    def _shop_by_price(self) -> Question:
        return self._page("price", prices=self.range_of_prices())

    def _shop(self) -> Question:
        return self._page("shop")

    def _deep(self) -> Question:
        return self._page("shop, any page", is_any_page=True)

    def _page(
        self,
        kind: str,
        *,
        shelf: int | None = None,
        prices: Prices | None = None,
        is_any_page: bool = False,
    ) -> Question:
        stock, ordering = self._choice(STOCKS), self._choice(ORDERINGS)
        pages = self.pages(shelf, stock, prices)
        page = self._random.randint(1, pages) if is_any_page else min(pages, self._early_page())
        words = {
            "category": None if shelf is None else catalogue.slug(shelf),
            "min_price": prices and str(prices[0]),
            "max_price": prices and str(prices[1]),
            "in_stock": None if stock is None else str(stock).lower(),
            "ordering": ordering,
            "page": str(page),
        }
        name = ", ".join([kind, *(["in stock"] if stock else []), *(["sold out"] if stock is False else [])])
        return self.ask(f"{name} by {ordering or 'default'}", {key: it for key, it in words.items() if it})

    def _early_page(self) -> int:
        return 1 + int(-log2(1 - self._random.random()))

    def _choice[T](self, weighted: dict[T, int]) -> T:
        return self._random.choices(list(weighted), list(weighted.values()))[0]


def _prices(paper: Catalogue) -> dict[tuple[int | None, bool | None], list[Decimal]]:
    """Of each category, and of all (None), in order; of all, of those in stock, of the sold out."""
    prices: dict[tuple[int | None, bool | None], list[Decimal]] = defaultdict(list)
    for item in sorted(paper.items, key=lambda item: item.price):
        for shelf in (None, *paper.path(item.leaf)):
            prices[shelf, None].append(item.price)
            prices[shelf, not item.is_sold_out].append(item.price)
    return prices
