"""The bench's catalogue on paper: what goods.py loads, and what questions.py knows the answers of.

The same for the same number of products, on every machine. A bigger shop has more categories (one leaf for a
hundred products), more brands and more words, as Heaps' law has it, and not just more of the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from random import Random

from backend.devstack.bench import numbering
from backend.devstack.bench.vocabulary import SMALL_WORDS, Words, weights

_PRODUCTS_IN_A_LEAF = 100
_LEAVES_IN_A_BRANCH, _BRANCHES_IN_A_DEPARTMENT = 8, 5
_TOPIC_WORDS = 40  # that a leaf's products are described with
BROADEST = Words(count=1, seed="words").all[0]  # of all words: a quarter of the products have it
_ENDINGS = ("0.99", "0.99", "0.95", "0.50", "0.00")


@dataclass(frozen=True)
class Shelf:
    """A category, by its place in the list of all; `parent` is a place too."""

    name: str
    parent: int | None


@dataclass(frozen=True)
class Item:
    """A product. `age` orders by creation: 0 is the newest."""

    name: str
    description: str
    price: Decimal
    leaf: int
    age: int
    is_sold_out: bool


@dataclass(frozen=True)
class Catalogue:
    """`shelves` has a parent always before its children, and the leaves last."""

    shelves: list[Shelf]
    items: list[Item]

    def path(self, leaf: int) -> Iterator[int]:
        """The shelf itself and all it lies in."""
        place: int | None = leaf
        while place is not None:
            yield place
            place = self.shelves[place].parent


def slug(shelf: int) -> str:
    return f"shelf-{shelf}"


def make(*, products: int) -> Catalogue:
    """So many products, the last of which are sold out (numbering.py says from where on)."""
    random = Random(f"catalogue of {products}")  # noqa: S311  (the same on every machine)
    general = Words(count=max(400, 40 * isqrt(products)), seed="words")
    brands = Words(count=max(10, 2 * isqrt(products)), seed="brands")
    shelves, leaves = _shelves(max(6, products // _PRODUCTS_IN_A_LEAF), general)
    topics = [general.draw(random, count=_TOPIC_WORDS) for _ in leaves]
    ages = random.sample(range(products), products)
    places = random.choices(range(len(leaves)), cum_weights=weights(len(leaves)), k=products)
    on_sale = numbering.products_on_sale(products)
    items = [
        Item(
            name=_name(random, brands, general, topics[place]),
            description=_description(random, general, topics[place]),
            price=_price(random),
            leaf=leaves[place],
            age=ages[index],
            is_sold_out=index >= on_sale,
        )
        for index, place in enumerate(places)
    ]
    return Catalogue(shelves, items)


def _shelves(count: int, general: Words) -> tuple[list[Shelf], range]:
    """Departments, branches in them, and so many leaves in those."""
    branches = max(2, count // _LEAVES_IN_A_BRANCH)
    departments = max(1, branches // _BRANCHES_IN_A_DEPARTMENT)
    parents: list[int | None] = [None] * departments
    parents += [place % departments for place in range(branches)]
    parents += [departments + place % branches for place in range(count)]
    names = [f"{general.all[-1 - place]} {general.all[place % 50]}".title() for place in range(len(parents))]
    shelves = [Shelf(name, parent) for name, parent in zip(names, parents, strict=True)]
    return shelves, range(departments + branches, len(shelves))


def _name(random: Random, brands: Words, general: Words, topic: list[str]) -> str:
    """Three to five words: a brand, maybe one that says how it is, and what it is."""
    words = brands.draw(random, count=1) + general.draw(random, count=random.randint(0, 2))
    return " ".join(words + random.sample(topic, 2)).title()


def _description(random: Random, general: Words, topic: list[str]) -> str:
    """Sixty words, every third of them one that says nothing."""
    words = random.choices(SMALL_WORDS, k=20) + random.choices(topic, k=15) + general.draw(random, count=25)
    random.shuffle(words)
    return f"{' '.join(words)}.".capitalize()


def _price(random: Random) -> Decimal:
    """From 5 to 1000, more of them cheap than dear, many the same."""
    return int(10 ** random.uniform(0.7, 3)) + Decimal(random.choice(_ENDINGS))
