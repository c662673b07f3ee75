"""A file is loaded while staff rename the category of its products: neither waits for the other for ever."""

import threading

import pytest
from django.db import transaction
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.importer import loading, standing
from backend.catalog.importer.plans import Plan
from backend.catalog.models import Category
from tests import factories
from tests.catalog.drafting import create, draft
from tests.catalog.test_races import at_once
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("said", [{"category"}, set()], ids=["category said", "category kept"])
def test_a_category_is_renamed_while_a_file_is_loaded(as_guest, settle, said, monkeypatch):
    category = factories.category("lights")
    create(category="lights")
    path = ("Lights",) if said else ()
    cheaper = draft(slug="lamp", price=factories.Decimal("9.00"))
    plan = Plan(line=2, sku_lines={}, draft=cheaper, category=path, brings_sku=True)
    has_locked, wanted = threading.Event(), standing.wanted

    def wanted_once_somebody_waits(**given):
        has_locked.set()
        wait_until_waiting()
        return wanted(**given)

    def rename():
        assert has_locked.wait(timeout=PATIENCE)
        with transaction.atomic():
            Category.objects.filter(pk=category.pk).update(name="Lighting")
            actions.tell_of_category(category=category, is_renamed=True, now=timezone.now())
        settle()
        return "renamed"

    monkeypatch.setattr(standing, "wanted", wanted_once_somebody_waits)
    report, renamed = at_once(lambda: loading.load(plans=[plan], said=said, now=timezone.now()), rename)

    assert (report.problems, renamed) == ([], "renamed")
    found = as_guest.get("products/?category=lights").json()["results"]
    assert [(one["price"], one["category"]["name"]) for one in found] == [("9.00", "Lighting")]
