"""`make bench`'s plans: every kind of question is among them, and whoever reads all products is found."""

import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from backend.catalog import shelving
from backend.devstack.bench import catalogue, explain, kinds, plans
from backend.devstack.bench.plans import Explained, Plan
from backend.devstack.bench.questions import PAGE, Guests
from tests import factories

PAPER = catalogue.make(products=600)
INDEXED = "Index Scan using place_by_name on shelf_place\nPlanning Time: 0.1 ms\nExecution Time: 0.2 ms"
THROUGH = "  ->  {} on {}  (cost=0.00..9.00)\nPlanning Time: 0.1 ms\nExecution Time: 3 ms"


def questions() -> list[dict[str, str]]:
    found = kinds.every(PAPER, Guests(PAPER))
    return [{name: value for name, (value,) in parse_qs(urlsplit(one.path).query).items()} for one in found]


def test_every_combination_of_filters_order_search_and_facets_is_asked():
    names = ("category", "min_price", "in_stock", "ordering", "search", "facets")
    asked = [tuple(words.get(name) for name in names) for words in questions() if "page" not in words]

    values = [{one[place] for one in asked} for place in range(len(names))]
    assert [len(found) for found in values] == [3, 2, 3, 6, 2, 2]
    assert sorted(map(str, asked)) == sorted(map(str, itertools.product(*values)))


def test_each_list_without_search_and_facets_has_its_middle_page():
    deep = [words for words in questions() if "page" in words]

    assert len(deep) == 3 * 2 * 3 * 6
    assert {"ordering": "name", "page": str(len(PAPER.items) // PAGE // 2)} in deep


def test_no_two_kinds_have_one_name():
    names = [one.kind for one in kinds.every(PAPER, Guests(PAPER))]

    assert len(set(names)) == len(names) == 540


@pytest.mark.parametrize(
    ("scan", "table", "verdict"),
    [
        ("Seq Scan", "shelf_place", "1 of 2 plans, of 2 kinds of questions, have"),
        ("Parallel Seq Scan", "catalog_product one", "1 of 2 plans, of 2 kinds of questions, have"),
        ("Seq Scan", "catalog_productimage", "0 of 2 plans, of 2 kinds of questions, have"),
        ("Index Scan using it", "shelf_place", "0 of 2 plans, of 2 kinds of questions, have"),
    ],
)
def test_plans_that_read_all_products_are_counted_at_the_top(scan, table, verdict):
    text = plans.text(
        [
            Explained("quick", "/quick/", [Plan("SELECT 1", INDEXED)]),
            Explained("slow", "/slow/", [Plan("SELECT 2", THROUGH.format(scan, table))]),
        ]
    )

    assert plans.headline(text).startswith(verdict)
    assert plans.headline(text).endswith("MISSED" if verdict.startswith("1") else "ok")
    assert ("  slow  /slow/" in text.splitlines()) is verdict.startswith("1")
    assert text.index("=== slow") < text.index("=== quick")


@pytest.mark.django_db
def test_the_select_inside_the_page_function_is_explained():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'catalog_page'")
        body = cursor.fetchone()[0]

    inner = plans.inner_select(body)

    assert inner.startswith("SELECT one.number")
    assert ("unnest($1)" in inner, "kept.shape = $2" in inner, ";" in inner) == (True, True, False)


@pytest.mark.django_db
def test_the_page_functions_plan_is_of_products_on_the_shelf():
    shelving.refresh([factories.product().pk])

    plan = explain._page()

    assert "shelf_place" in plan.text
    assert plan.milliseconds > 0


def test_a_function_without_a_select_is_named():
    with pytest.raises(ValueError, match="no RETURN QUERY in BEGIN END"):
        plans.inner_select("BEGIN END")
