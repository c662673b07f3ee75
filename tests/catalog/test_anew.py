"""What is kept of products under a renamed category is made anew by jobs; who repairs tells of it."""

import pytest
from django.db import transaction
from django.utils import timezone

from backend.catalog import actions, anew
from backend.catalog.models import Category, Representation
from backend.outbox.models import Event, Job
from tests import factories, locks
from tests.catalog.drafting import create

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
