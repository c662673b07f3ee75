"""The remembered tree of categories is never out of date."""

import json

import pytest
from django.db import transaction

from backend.catalog import forest, listing
from backend.catalog.filters import ProductFilter
from backend.catalog.models import Category
from tests import factories
from tests.catalog.drafting import create

pytestmark = pytest.mark.django_db


def facet():
    found = listing.find(asked=ProductFilter(), start=0, size=1, with_facets=True)
    return {line["name"]: line["count"] for line in json.loads(found.facets)["category"]}


def test_whatever_happens_to_categories_is_seen_at_once():
    home, lights = factories.category("home"), factories.category("lights")
    create(category="lights")
    assert facet() == {"Lights": 1}

    with transaction.atomic():
        Category.objects.filter(pk=lights.pk).update(parent=home)
    assert facet() == {"Home": 1, "Lights": 1}
    with transaction.atomic():
        Category.objects.filter(pk=home.pk).update(name="House")
    assert facet() == {"House": 1, "Lights": 1}
    with transaction.atomic():
        Category.objects.filter(pk=lights.pk).update(parent=factories.category("garden"))
        Category.objects.filter(pk=home.pk).delete()
    assert facet() == {"Garden": 1, "Lights": 1}


def test_a_tree_that_did_not_change_is_not_read_again(django_assert_num_queries):
    create(category=factories.category("lights").slug)
    facet()

    with django_assert_num_queries(1):
        facet()
        assert forest.kept() is forest.kept()


def test_a_category_that_nobody_knew_is_found():
    facet()
    create(category=factories.category("new").slug)

    assert listing.find(asked=ProductFilter(category="new"), start=0, size=1, with_facets=False).count == 1
