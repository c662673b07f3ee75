"""The list against a plain sort and count in Python: random catalogues, random questions, every page."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from django.db import transaction

from backend.catalog import facets, listing, shelving, typos, words
from backend.catalog.filters import ProductFilter
from backend.catalog.models import Category, Product, Variant
from backend.inventory.models import Stock
from backend.shelf import blocks
from tests import factories

pytestmark = pytest.mark.django_db
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
# English leaves them as they are: no word is the stem of another.
WORDS = ["red", "lamp", "lampst", "jacket", "packet", "desk", "mug"]
TYPED = [*WORDS, "lam", "lamps", "jaket", "red lamp", "jacket desk", "jaket lam", "mugs!", "vase", "?"]
PRICES = [Decimal(text) for text in ("0.00", "10.00", "24.99", "25.00", "99.99", "1000.00", "1500.00")]


class Shop:
    """A few products at random, and what Python makes of the same questions."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.parents: dict[Category | None, Category | None] = {None: None}
        for number in range(5):
            parent = random.choice(list(self.parents))
            name = f"{random.choice(WORDS)} {number}"
            category = factories.category(
                f"c{number}", name=name, parent=parent, position=random.randrange(3)
            )
            self.parents[category] = parent
        self.products = [self._product(number) for number in range(30)]
        self._shelve(self.products[::2])
        with transaction.atomic():
            blocks.rebuild()
        self._shelve(self.products[1::2])

    @staticmethod
    def _shelve(products: list[tuple[Product, bool]]) -> None:
        with transaction.atomic():
            shelving.refresh(product.pk for product, _ in products)

    def question(self) -> ProductFilter:
        pick = self.random.choice
        slugs = [category.slug for category in self.parents if category]
        return ProductFilter(
            category=pick([None, None, *slugs, "unknown"]),
            min_price=pick([None, None, None, *PRICES]),
            max_price=pick([None, None, None, *PRICES]),
            in_stock=pick([None, None, True, False]),
            search=pick(["", "", *TYPED]),
            ordering=pick([None, None, "price", "-price", "created_at", "-created_at", "name"]),
        )

    def answer(self, asked: ProductFilter) -> list[str]:
        rows = [row for row in self._found(asked) if self.fits(row, asked)]
        rows.sort(key=lambda row: row[0].pk, reverse=asked.ordering in ("-price", "created_at"))
        if asked.ordering in ("price", "-price"):
            rows.sort(key=lambda row: row[0].price, reverse=asked.ordering == "-price")
        elif asked.ordering == "name":
            rows.sort(key=lambda row: row[0].name.lower())
        else:
            rows.sort(key=lambda row: row[0].created_at, reverse=asked.ordering != "created_at")
        if asked.ordering is None:
            rows.sort(key=lambda row: self._tier(row[0], asked))
        return [row[0].slug for row in rows]

    def facets(self, asked: ProductFilter) -> dict[str, object]:
        found = self._found(asked)
        fit = [row for row in found if self.fits(row, asked, but="category")]
        paths = [self._path(product.category) for product, _ in fit]
        prices = [product.price for product, _ in found if self.fits((product, _), asked, but="price")]
        stock = [units for product, units in found if self.fits((product, units), asked, but="in_stock")]
        steps = [*facets.STEPS, Decimal("Infinity")]
        ranges = [sum(low <= price < high for price in prices) for low, high in pairwise(steps)]
        return {
            "category": {c.slug: n for c in self.parents if c and (n := sum(c in path for path in paths))},
            "price": [number for number in ranges if number],
            "in_stock": {"true": sum(stock), "false": len(stock) - sum(stock)},
        }

    def fits(self, row: tuple[Product, bool], asked: ProductFilter, *, but: str = "") -> bool:
        product, is_buyable = row
        low, high = asked.min_price, asked.max_price
        slugs = [category.slug for category in self._path(product.category)]
        return (
            (
                but == "price"
                or ((low is None or product.price >= low) and (high is None or product.price <= high))
            )
            and (but == "category" or asked.category is None or asked.category in slugs)
            and (but == "in_stock" or asked.in_stock is None or asked.in_stock == is_buyable)
        )

    def _found(self, asked: ProductFilter) -> list[tuple[Product, bool]]:
        rows = [row for row in self.products if row[0].is_active]
        return [row for row in rows if not asked.search or self._tier(row[0], asked) is not None]

    def _tier(self, product: Product, asked: ProductFilter) -> int | None:
        """The first: in the name, begun there, in kinds too, one there and all anywhere; then with typos."""
        typed = words.of(asked.search)
        if not typed:
            return 0 if not asked.search else None
        title = words.of(f"{product.name} {product.sku}")
        kinds = title + words.of(" ".join(category.name for category in self._path(product.category)))
        whole = kinds + words.of(product.description)

        def begun(word, among):
            return any(one.startswith(word) for one in among) or word.removesuffix("s") in among

        def stands(word, among):
            return word in among or word.removesuffix("s") in among

        def mistyped(word, among):
            return any(typos.is_one_typo(typed=word, word=one) and not one.startswith(word) for one in among)

        def forgiven(alike):
            return lambda word, among: alike(word, among) or mistyped(word, among)

        tiers = []
        for full, half in ((stands, begun), (forgiven(stands), forgiven(begun))):
            anywhere = all(half(word, whole) for word in typed)
            tiers += [
                all(full(word, title) for word in typed),
                all(half(word, title) for word in typed),
                all(half(word, kinds) for word in typed),
                anywhere and any(half(word, kinds) for word in typed),
                anywhere,
            ]
        return tiers.index(True) if True in tiers else None

    def _path(self, category: Category | None) -> list[Category]:
        path = []
        while category:
            path.append(category)
            category = self.parents[category]
        return path

    def _product(self, number: int) -> tuple[Product, bool]:
        pick, sku = self.random.choice, f"S{number}"
        product = Product.objects.create(
            id=UUID(int=self.random.getrandbits(128)),
            sku=sku,
            slug=sku.lower(),
            name=f"{pick(WORDS)} {pick(WORDS)}".title(),
            description=f"{pick(WORDS)} {pick(WORDS)}",
            price=pick(PRICES),
            category=pick(list(self.parents)),
            created_at=NEWEST - timedelta(days=self.random.randrange(4)),
            updated_at=NEWEST,
            is_active=self.random.random() < 0.9,
            track_inventory=self.random.random() < 0.9,
        )
        units = [self.random.randrange(2) for _ in range(self.random.choice([1, 1, 2]))]
        for place, left in enumerate(units):
            stock = Stock(sku=f"{sku}-{place}", product=product.slug, on_hand=2, held=2 - left)
            stock.save(force_insert=True)
            Variant.objects.create(product=product, sku=stock.sku, name="-")
        return product, not product.track_inventory or any(units)


def slugs(found: listing.Listing) -> list[str]:
    return [item.split('"slug":"')[1].split('"')[0] for item in found.items]


@pytest.mark.parametrize("seed", range(2))
def test_every_page_and_facet_is_what_python_finds(seed, monkeypatch):
    monkeypatch.setattr(listing, "FAR", 4)  # else so few products would always be read from the start
    monkeypatch.setattr(blocks, "SIZE", 3)
    shop = Shop(Random(seed))

    for asked in [*(ProductFilter(search=text) for text in TYPED), *(shop.question() for _ in range(60))]:
        wanted = shop.answer(asked)
        size = shop.random.choice([1, 3, 7])
        pages = range(0, max(1, len(wanted)), size)
        found = [listing.find(asked=asked, start=start, size=size, with_facets=True) for start in pages]

        assert [slug for page in found for slug in slugs(page)] == wanted, asked
        assert {page.count for page in found} == {len(wanted)}, asked
        told = json.loads(found[0].facets)
        told["category"] = {line["slug"]: line["count"] for line in told["category"]}
        told["price"] = [line["count"] for line in told["price"]]
        assert told == shop.facets(asked), asked
        assert listing.find(asked=asked, start=0, size=size, with_facets=False).count == len(wanted)
