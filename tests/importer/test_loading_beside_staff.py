"""A file is loaded while staff and buyers go on: nobody waits for the other for ever."""

import threading

import pytest
from django.db import transaction
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.importer import loading, standing
from backend.catalog.importer.plans import Plan
from backend.catalog.models import Category
from backend.inventory import actions as inventory
from backend.shelf.models import Ladder, Place
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


@pytest.mark.usefixtures("any_lock_order")
@pytest.mark.parametrize("is_rehearsal", [False, True], ids=["strict", "dry run"])
def test_buyers_sell_out_what_a_file_has_changed_while_the_rest_is_loaded(is_rehearsal, monkeypatch):
    """The first product has its new price by then; the ladder is one for both."""
    for sku in ("LAMP", "MUG"):
        create(sku, quantity=1)
    cheaper = [draft(sku, slug=sku.lower(), price=factories.Decimal("9.00")) for sku in ("LAMP", "MUG")]
    plans = [Plan(line=2, sku_lines={}, draft=one, category=(), brings_sku=True) for one in cheaper]
    is_second, is_bought, wanted = threading.Event(), threading.Event(), standing.wanted

    def wanted_once_somebody_has_bought(*, plan, **given):
        if plan is plans[1]:
            is_second.set()
            assert is_bought.wait(timeout=PATIENCE)
        return wanted(plan=plan, **given)

    def buy():
        assert is_second.wait(timeout=PATIENCE)
        inventory.hold(units={"LAMP": 1}, order_id=None, actor_id=None, now=timezone.now())
        is_bought.set()
        return "bought"

    def load():
        return loading.load_all_or_nothing(
            plans=plans, said=set(), now=timezone.now(), is_rehearsal=is_rehearsal
        )

    monkeypatch.setattr(standing, "wanted", wanted_once_somebody_has_bought)
    report, bought = at_once(load, buy)

    assert (report.problems, bought) == ([], "bought")
    cents = 1000 if is_rehearsal else 900
    places = Place.objects.order_by("slug").values_list("slug", "cents", "is_buyable")
    assert list(places) == [("lamp", cents, False), ("mug", cents, True)]
    ladder = Ladder.objects.get()
    assert (ladder.buyable, ladder.sold_out) == ([cents], [cents])
