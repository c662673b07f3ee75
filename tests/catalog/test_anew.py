"""What is kept of products under a renamed category is made anew by jobs; who repairs tells of it."""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from backend.catalog import actions, anew
from backend.catalog.models import Category, Representation
from backend.outbox.models import Event, Job
from backend.shelf.models import Ladder, Place
from tests import factories, locks
from tests.catalog.drafting import create
from tests.conftest import look_at_the_catalogue_anew, tell_of_a_change

pytestmark = pytest.mark.django_db


def rename(slug, name):
    with transaction.atomic():
        Category.objects.filter(slug=slug).update(name=name)
        category = Category.objects.get(slug=slug)
        actions.tell_of_category(category=category, is_renamed=True, now=timezone.now())


@pytest.fixture
def home():
    """Four products in a category, and one in another under it; a batch is two."""
    above = factories.category("home")
    factories.category("lights", parent=above)
    for sku in "ABCD":
        create(sku, category="home")
    create("E", category="lights")
    create("F")


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(anew, "BRANCH_BATCH", 2)


@pytest.mark.usefixtures("home", "small_batches")
def test_a_branch_is_written_anew_in_batches_with_a_transaction_each(as_guest, settle):
    settle()

    with locks.watched() as seen:
        rename("home", "Garden")
        settle()

    assert locks.stories(seen) == [["product", "place"]] * 3
    assert (Event.objects.count(), Job.objects.count()) == (0, 0)
    found = as_guest.get("products/?search=garden&ordering=name").json()["results"]
    assert [(one["slug"], one["category"]["name"]) for one in found] == [
        *((slug, "Garden") for slug in "abcd"),
        ("e", "Lights"),
    ]
    assert as_guest.get("products/?search=home").json()["count"] == 0


@pytest.mark.usefixtures("home", "small_batches")
def test_guests_see_each_batch_and_one_that_is_done_twice_is_done(settle):
    settle()
    rename("home", "Garden")
    anew.refresh_branch(category="home", after=None, now=timezone.now())
    kept = list(Representation.objects.order_by("pk").values())

    anew.refresh_branch(category="home", after=None, now=timezone.now())

    assert list(Representation.objects.order_by("pk").values()) == kept
    told = list(Event.objects.order_by("id").values_list("event", flat=True))
    assert told == ["catalog.changed", "category.renamed"] * 3


def test_a_branch_that_is_gone_or_empty_is_no_error():
    factories.category("empty")

    for category in ("empty", "gone"):
        anew.refresh_branch(category=category, after=None, now=timezone.now())

    assert not Event.objects.exists()


SPOILT = {
    "represent": lambda: Representation.objects.update(summary='{"name":"Lump"}'),
    "shelve": lambda: Place.objects.update(slug="other"),  # as its units are labelled
    "count_anew": lambda: Ladder.objects.update(buyable=[], sold_out=[]),
}


@pytest.mark.about_the_cache
@pytest.mark.parametrize("repair", SPOILT)
def test_guests_see_what_was_repaired(as_guest, settle, repair):
    product = create(quantity=3)
    settle()
    right = as_guest.get("products/?facets=true").json()
    SPOILT[repair]()
    look_at_the_catalogue_anew()
    tell_of_a_change()
    assert as_guest.get("products/?facets=true").json() != right

    given = {} if repair == "count_anew" else {"product_ids": [product.pk]}
    getattr(anew, repair)(now=timezone.now(), **given)
    settle()

    assert as_guest.get("products/?facets=true").json() == right


def test_a_repair_of_a_shop_that_is_right_tells_nothing():
    create()
    Event.objects.all().delete()

    call_command("refresh_catalogue")

    assert not Event.objects.exists()
