"""Two at once: the constraints let one of them win, and nobody sees an error that is not in the contract."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.catalog import actions
from backend.catalog.models import Category, Product, Wish
from backend.core.errors import Conflict
from backend.inventory.models import Stock
from backend.reviews import actions as reviews
from backend.reviews.models import Review
from tests import factories
from tests.catalog.drafting import create, update, variant
from tests.concurrency.rivals import PATIENCE, wait_until_waiting

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """What each call returned or raised, all of them started together on connections of their own."""
    barrier = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        barrier.wait(timeout=PATIENCE)
        try:
            outcomes[place] = call()
        except Conflict as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return outcomes


def test_an_sku_goes_to_one_of_many_as_product_or_variant():
    outcomes = at_once(
        *(lambda n=n: create("SAME", slug=f"p{n}") for n in range(2)),
        *(lambda n=n: create(f"V{n}", variants=(variant("SAME"),)) for n in range(2)),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Product"]
    assert Product.objects.count() == 1
    assert Stock.objects.filter(sku="SAME").count() == 1


def test_a_slug_goes_to_one_of_many():
    outcomes = at_once(*(lambda n=n: create(f"S{n}", slug="same") for n in range(4)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Product"]


def test_a_category_is_made_once_or_refused():
    outcomes = at_once(
        *(lambda: actions.ensure_category(names=["Home", "Lights"], now=timezone.now()) for _ in range(4))
    )

    made = {outcome.pk for outcome in outcomes if not isinstance(outcome, Conflict)}
    assert made == {actions.ensure_category(names=["Home", "Lights"], now=timezone.now()).pk}


def test_toggles_alternate(alice):
    create()

    wished = at_once(
        *(lambda: actions.toggle_wish(user=alice, slug="lamp", now=timezone.now()) for _ in range(6))
    )

    assert sorted(wished) == [False] * 3 + [True] * 3
    assert not Wish.objects.exists()


def test_one_review_of_many_is_written(alice, monkeypatch):
    monkeypatch.setattr("backend.orders.queries.has_bought", lambda **_: True)
    create()
    fields = {"rating": 5, "title": "Good", "comment": "Yes."}

    outcomes = at_once(
        *(lambda: reviews.add_review(user=alice, slug="lamp", now=timezone.now(), **fields) for _ in range(4))
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyReviewed"] * 3 + ["Review"]
    assert Review.objects.count() == 1
    assert Product.objects.get().review_count == 1


def move_lamp():
    changes = {"category": "lights"}
    actions.change_product(slug="lamp", changes=changes, actor_id=None, now=timezone.now())


@pytest.mark.parametrize("before", [None, "desks"])
def test_who_waits_for_a_move_to_another_category_leaves_the_product_there(as_guest, before):
    for slug in ("desks", "lights"):
        factories.category(slug)
    create(category=before)

    def cheapen():
        changes = {"price": factories.Decimal("9.00")}
        actions.change_product(slug="lamp", changes=changes, actor_id=None, now=timezone.now())
        connection.close()

    other = threading.Thread(target=cheapen)
    with transaction.atomic():
        move_lamp()
        other.start()
        wait_until_waiting()
    other.join(timeout=PATIENCE)

    product = Product.objects.get()
    assert (product.category.slug, str(product.price)) == ("lights", "9.00")
    assert as_guest.get("products/?category=lights").json()["count"] == 1


moves_in = pytest.mark.parametrize(
    "write",
    [lambda: create("NEW", category="lights"), lambda: update("lamp", category="lights"), move_lamp],
    ids=["made there", "made so", "moved"],
)


def rename_while(category, write):
    """The category becomes Lighting, and before all under it is written anew, somebody begins to write."""
    has_renamed = threading.Event()

    def rename():
        with transaction.atomic():
            Category.objects.filter(pk=category.pk).update(name="Lighting")
            has_renamed.set()
            wait_until_waiting()
            actions.refresh_category(category_id=category.pk, now=timezone.now())

    def move_in():
        assert has_renamed.wait(timeout=PATIENCE)
        write()

    at_once(rename, move_in)


@moves_in
def test_a_category_is_renamed_while_a_product_moves_in(as_guest, write):
    category = factories.category("lights")
    create()

    rename_while(category, write)

    found = as_guest.get("products/?category=lights").json()["results"]
    assert [one["category"]["name"] for one in found] == ["Lighting"]


@moves_in
def test_what_a_category_is_under_is_renamed_while_a_product_moves_in(as_guest, write):
    above = factories.category("home")
    factories.category("lights", parent=above)
    create()

    rename_while(above, write)

    assert as_guest.get("products/?search=lighting").json()["count"] == 1
    assert as_guest.get("products/?search=home").json()["count"] == 0
