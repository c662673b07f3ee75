"""One question of every kind that the product list may be asked: filters x orders x search x facets.

What guests ask by chance (questions.py, searches.py) leaves out what few of them ask; explain.py shows all.
"""

from collections.abc import Iterator
from itertools import product

from backend.devstack.bench import catalogue
from backend.devstack.bench.catalogue import Catalogue
from backend.devstack.bench.questions import ORDERINGS, STOCKS, Guests, Prices, Question, question

_SEARCHED = {"search": catalogue.BROADEST}
_COUNTED = {"facets": "true"}
_FORMS: dict[str, dict[str, str]] = {
    "list": {},
    "list with facets": _COUNTED,
    "search": _SEARCHED,
    "search with facets": _SEARCHED | _COUNTED,
}
_STOCK_WORDS = {None: "", True: "in stock", False: "sold out"}


def every(paper: Catalogue, guests: Guests) -> Iterator[Question]:
    """First pages of all, and of lists the middle page too, which is read another way."""
    leaf = paper.items[0].leaf
    *_, department = paper.path(leaf)
    shelves = {"": None, "leaf": leaf, "department": department}
    prices = {"": None, "price": _middle_prices(paper)}
    for (place, shelf), (cost, limits), stock, order in product(
        shelves.items(), prices.items(), STOCKS, ORDERINGS
    ):
        about = ", ".join(filter(None, [place, cost, _STOCK_WORDS[stock], f"by {order or 'default'}"]))
        words = _words(shelf, limits, stock) | ({"ordering": order} if order else {})
        for form, more in _FORMS.items():
            yield question(f"{form}: {about}", words | more)
        page = (guests.pages(shelf, stock, limits) + 1) // 2
        yield question(f"list, middle page: {about}", {**words, "page": str(page)})


def _middle_prices(paper: Catalogue) -> Prices:
    """What half of all products cost."""
    prices = sorted(item.price for item in paper.items)
    return prices[len(prices) // 4], prices[len(prices) * 3 // 4]


def _words(shelf: int | None, limits: Prices | None, stock: bool | None) -> dict[str, str]:
    found = {} if shelf is None else {"category": catalogue.slug(shelf)}
    if limits is not None:
        found |= {"min_price": str(limits[0]), "max_price": str(limits[1])}
    return found if stock is None else {**found, "in_stock": str(stock).lower()}
