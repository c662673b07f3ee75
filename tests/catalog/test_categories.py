"""The category tree: every node has the same keys, and one query reads them all."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


def test_the_tree_is_shown_whole(as_guest, as_alice):
    root = factories.category("electronics", image="categories/e.png", description="Gadgets")
    second = factories.category("laptops", parent=root, position=2)
    first = factories.category("phones", parent=root, position=1)
    deep = factories.category("ultrabooks", parent=second, image="https://cdn.example/u.png")

    tree = {
        "results": [
            {
                "id": str(root.pk),
                "name": "Electronics",
                "slug": "electronics",
                "description": "Gadgets",
                "image": "http://testserver/media/categories/e.png",
                "children": [
                    leaf(first),
                    {**leaf(second), "children": [{**leaf(deep), "image": "https://cdn.example/u.png"}]},
                ],
            }
        ]
    }

    assert as_guest.get("products/categories/").json() == tree
    assert as_alice.get("products/categories/").json() == tree


def leaf(category):
    return {
        "id": str(category.pk),
        "name": category.name,
        "slug": category.slug,
        "description": "",
        "image": None,
        "children": [],
    }


def test_one_query_reads_the_tree(as_guest, django_assert_num_queries):
    parent = factories.category("a")
    for slug in "bcd":
        parent = factories.category(slug, parent=parent)

    with django_assert_num_queries(1):
        as_guest.get("products/categories/")


def test_only_reading_is_allowed(as_staff):
    response = as_staff.post("products/categories/", {})

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
