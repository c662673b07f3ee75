"""What the bench asks: none twice, each with an answer, and typed as people type."""

import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.devstack.bench import catalogue, deep
from backend.devstack.bench.catalogue import Catalogue, Item
from backend.devstack.bench.questions import PAGE, Guests
from backend.devstack.bench.searches import searches

PAPER = catalogue.make(products=600)


def words(path: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(path).query).items()}


def fits(item: Item, asked: dict[str, str]) -> bool:
    shelves = [catalogue.slug(place) for place in PAPER.path(item.leaf)]
    return (
        asked.get("category", shelves[0]) in shelves
        and Decimal(asked.get("min_price", 0)) <= item.price <= Decimal(asked.get("max_price", 9999))
        and asked.get("in_stock", str(not item.is_sold_out).lower()) == str(not item.is_sold_out).lower()
    )


def test_no_list_and_no_search_is_asked_twice():
    guests = Guests(PAPER)

    paths = [question.path for question in (*guests.lists(3000), *searches(PAPER, guests, 1000))]

    assert len(set(paths)) == 4000


def test_every_page_that_is_asked_for_exists():
    for question in Guests(PAPER).lists(400):
        asked = words(question.path)
        found = sum(fits(item, asked) for item in PAPER.items)
        assert int(asked["page"]) == 1 or found > (int(asked["page"]) - 1) * PAGE, question


@pytest.mark.parametrize(
    ("found", "page"), [(0, 1), (20, 1), (40, 1), (41, 2), (600, 15), (10_000, 250), (100_000, 2500)]
)
def test_the_middle_page_is_as_far_from_both_ends(found, page):
    assert deep.middle_page(found) == page


def test_the_same_catalogue_is_asked_the_same():
    paths = [[question.path for question in Guests(PAPER).lists(50)] for _ in range(2)]

    assert paths[0] == paths[1]
    assert catalogue.make(products=600) == PAPER


def test_searches_are_of_words_of_a_product_but_for_beginnings_and_typos():
    names = [f" {item.name.lower()} " for item in PAPER.items]
    found = list(searches(PAPER, Guests(PAPER), 300))

    known = [any(f" {words(one.path)['search']} " in name for name in names) for one in found]

    kinds = [re.findall("prefix|typo", one.kind) for one in found]
    assert [is_known for is_known, kind in zip(known, kinds, strict=True) if not kind] == [
        True
    ] * kinds.count([])
    assert 0.1 < sum(map(bool, kinds)) / 300 < 0.4


def test_a_catalogue_has_a_leaf_for_a_hundred_products_three_levels_deep():
    large = catalogue.make(products=2000)

    leaves = {item.leaf for item in large.items}

    assert isinstance(large, Catalogue)
    assert len(leaves) == 20
    assert {len(list(large.path(leaf))) for leaf in leaves} == {3}
    assert sum(item.is_sold_out for item in large.items) == 2000 // 12
