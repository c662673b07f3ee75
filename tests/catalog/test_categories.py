"""The category tree: every node has the same keys, and it is read again when it changes."""

import pytest
from django.db import transaction

from backend.catalog import forest
from backend.catalog.models import Category
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


def test_the_tree_is_read_when_it_has_changed(django_assert_num_queries):
    parent = factories.category("a")
    for slug in "bcd":
        parent = factories.category(slug, parent=parent)
    before = forest.current().text

    with django_assert_num_queries(1):
        assert forest.current().text is before
    with transaction.atomic():  # a write of its own
        Category.objects.filter(slug="d").update(description="Now with words")
    with django_assert_num_queries(2):
        assert "Now with words" in forest.current().text


def test_only_reading_is_allowed(as_staff):
    response = as_staff.post("products/categories/", {})

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
